import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { sandboxPort } from '../lib/aws/ports/sandbox-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { promoteStep } from '../lib/steps/promote.ts';

/** *Promote*: the lease goes first; from then on nothing of ours deletes the instance. */
export const handler = stateDoor(
  'promote',
  (state) => promoteStep(state, { sandboxes: sandboxPort(), evidence: evidencePort(), clock: systemClock }),
  evidencePort,
);
