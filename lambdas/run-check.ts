import { lambdaDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { tokenCheckPort } from '../lib/aws/ports/token-check-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { stateNames } from '../lib/machine/state-names.ts';
import { runCheckStep } from '../lib/steps/run-check.ts';

/** *Run check*: one question to the sandbox, from the isolated subnets. */
export const handler = lambdaDoor(stateNames.runCheck, (payload) =>
  runCheckStep(payload, { checks: tokenCheckPort(), evidence: evidencePort(), clock: systemClock }),
);
