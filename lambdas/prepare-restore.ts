import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, ledgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { hookPort, restorePlacePort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { prepareRestoreStep } from '../lib/steps/prepare-restore.ts';

/** *Prepare restore*: writes down what the restore task needs, and chooses its size. */
export const handler = stateDoor(
  'prepareRestore',
  (state) =>
    prepareRestoreStep(state, {
      configuration: deployedConfiguration,
      evidence: evidencePort(),
      ledger: ledgerPort(),
      placeRestore: restorePlacePort(),
      hookTask: hookPort(),
    }),
  evidencePort,
);
