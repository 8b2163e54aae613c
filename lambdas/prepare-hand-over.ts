import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { tokenCheckPort } from '../lib/aws/ports/token-check-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { prepareHandOverStep } from '../lib/steps/prepare-hand-over.ts';

/** *Prepare hand-over*: undoes in the restored database what the checks needed. Runs in the isolated subnets. */
export const handler = stateDoor(
  'prepareHandOver',
  (state) =>
    prepareHandOverStep(state, { checks: tokenCheckPort(), evidence: evidencePort(), clock: systemClock }),
  evidencePort,
);
