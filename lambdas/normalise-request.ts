import { stateNames } from '../lib/machine/state-names.ts';
import { guardAccount } from '../lib/runtimes/aws/account-guard.ts';
import { capabilities } from '../lib/runtimes/aws/capabilities.ts';
import { deployedConfig, deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { readEnvironment } from '../lib/runtimes/aws/environment.ts';
import { keepState, lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, lockingLedgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { beginningPorts } from '../lib/runtimes/aws/ports/people.ts';
import { provenance } from '../lib/runtimes/aws/provenance.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { type ExecutionStart, normaliseRequestStep } from '../lib/steps/normalise-request.ts';

/** *Normalise request*: any JSON becomes a request or a refusal; the database's lock is taken. */
export const handler = lambdaDoor(stateNames.normaliseRequest, async (payload, log) => {
  guardAccount(deployedConfig().aws, readEnvironment(['stateMachineArn']).stateMachineArn);
  const state = await normaliseRequestStep(payload as ExecutionStart, {
    clock: systemClock,
    configuration: deployedConfiguration,
    evidence: evidencePort(),
    ledger: lockingLedgerPort(),
    provenance: provenance(),
    capabilities: { ...capabilities, backupValidation: deployedConfig().aws?.backupValidation === true },
    ...beginningPorts(),
  });
  await keepState(null, state, evidencePort(), log);
  return state;
});
