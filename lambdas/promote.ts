import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { promoteStep } from '../lib/steps/promote.ts';

/** *Promote*: the lease goes first; from then on nothing of ours deletes the instance. */
export const handler = stateDoor(
  'promote',
  (state) => promoteStep(state, { sandboxes: sandboxPort(), evidence: evidencePort(), clock: systemClock }),
  evidencePort,
);
