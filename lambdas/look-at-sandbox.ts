import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { lookAtSandboxStep } from '../lib/steps/look-at-sandbox.ts';

/** *Look at sandbox*: ready, not yet, or never. */
export const handler = stateDoor(
  'lookAtSandbox',
  (state) => lookAtSandboxStep(state, { sandboxes: sandboxPort(), clock: systemClock }),
  evidencePort,
);
