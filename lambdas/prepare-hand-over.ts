import { stateDoor, touchable } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { tokenCheckPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { prepareHandOverStep } from '../lib/steps/prepare-hand-over.ts';

/** *Prepare hand-over*: undoes in the restored database what the checks needed. Runs in the isolated subnets. */
export const handler = touchable(
  stateDoor(
    'prepareHandOver',
    (state) =>
      prepareHandOverStep(state, { checks: tokenCheckPort(), evidence: evidencePort(), clock: systemClock }),
    evidencePort,
  ),
);
