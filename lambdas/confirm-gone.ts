import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { confirmGoneStep } from '../lib/steps/tear-down-sandbox.ts';

/** *Confirm gone*: one look whether the sandbox is gone. */
export const handler = stateDoor(
  'confirmGone',
  (state) => confirmGoneStep(state, { sandboxes: sandboxPort(), clock: systemClock }),
  evidencePort,
);
