import { guardAccount } from '../lib/aws/account-guard.ts';
import { capabilities } from '../lib/aws/capabilities.ts';
import { deployedConfig, deployedConfiguration } from '../lib/aws/configuration.ts';
import { readEnvironment } from '../lib/aws/environment.ts';
import { keepState, lambdaDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { lockingLedgerPort } from '../lib/aws/ports/ledger-port.ts';
import { software } from '../lib/aws/software.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { stateNames } from '../lib/machine/state-names.ts';
import { type ExecutionStart, normaliseRequestStep } from '../lib/steps/normalise-request.ts';

/** *Normalise request*: any JSON becomes a request or a refusal; the database's lock is taken. */
export const handler = lambdaDoor(stateNames.normaliseRequest, async (payload, log) => {
  guardAccount(deployedConfig().aws, readEnvironment(['stateMachineArn']).stateMachineArn);
  const state = await normaliseRequestStep(payload as ExecutionStart, {
    clock: systemClock,
    configuration: deployedConfiguration,
    ledger: lockingLedgerPort(),
    software,
    capabilities,
  });
  await keepState(null, state, evidencePort(), log);
  return state;
});
