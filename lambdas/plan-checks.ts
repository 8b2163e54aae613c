import { notTestedByChecks } from '../lib/domain/checks/not-tested.ts';
import { planChecks } from '../lib/domain/checks/registry.ts';
import { capabilities } from '../lib/runtimes/aws/capabilities.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, ledgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { planChecksStep } from '../lib/steps/plan-checks.ts';

/** *Plan checks*: every question to the restored data, from the account of the restore and drills.yaml. */
export const handler = stateDoor(
  'planChecks',
  (state) =>
    planChecksStep(state, {
      configuration: deployedConfiguration,
      evidence: evidencePort(),
      ledger: ledgerPort(),
      capabilities,
      planChecks: (context) => ({ planned: planChecks(context), notTested: notTestedByChecks(context) }),
    }),
  evidencePort,
);
