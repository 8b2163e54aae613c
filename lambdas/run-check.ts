import { stateNames } from '../lib/machine/state-names.ts';
import { lambdaDoor, touchable } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { tokenCheckPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { runCheckStep } from '../lib/steps/run-check.ts';

/** *Run check*: one question to the sandbox, from the isolated subnets. */
export const handler = touchable(
  lambdaDoor(stateNames.runCheck, (payload) =>
    runCheckStep(payload, { checks: tokenCheckPort(), evidence: evidencePort(), clock: systemClock }),
  ),
);
