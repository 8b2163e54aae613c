import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { hookPort } from '../lib/aws/ports/hook-port.ts';
import { restorePlacePort } from '../lib/aws/ports/restore-place-port.ts';
import { prepareRestoreStep } from '../lib/steps/prepare-restore.ts';

/** *Prepare restore*: writes down what the restore task needs, and chooses its size. */
export const handler = stateDoor(
  'prepareRestore',
  (state) =>
    prepareRestoreStep(state, {
      configuration: deployedConfiguration,
      evidence: evidencePort(),
      placeRestore: restorePlacePort(),
      hookTask: hookPort(),
    }),
  evidencePort,
);
