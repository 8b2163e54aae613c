import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { handOverStep } from '../lib/steps/hand-over.ts';

/** *Hand over*: where the restored database lives, and what remains for the operator. */
export const handler = stateDoor(
  'handOver',
  (state) => handOverStep(state, { clock: systemClock }),
  evidencePort,
);
