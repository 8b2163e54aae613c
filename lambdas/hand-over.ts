import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { handOverStep } from '../lib/steps/hand-over.ts';

/** *Hand over*: where the restored database lives, and what remains for the operator. */
export const handler = stateDoor(
  'handOver',
  (state) => handOverStep(state, { clock: systemClock }),
  evidencePort,
);
