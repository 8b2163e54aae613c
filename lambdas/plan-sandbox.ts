import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort, lockingLedgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { tellingPorts } from '../lib/runtimes/aws/ports/people.ts';
import { planningSandboxPort, restorePlacePort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { planSandboxStep } from '../lib/steps/plan-sandbox.ts';

/** *Plan sandbox*: version, class, storage, quotas, cost. Nothing is made. */
export const handler = stateDoor(
  'planSandbox',
  (state) =>
    planSandboxStep(state, {
      configuration: deployedConfiguration,
      sandboxes: planningSandboxPort(),
      ...tellingPorts(),
      ledger: lockingLedgerPort(),
      evidence: evidencePort(),
      placeRestore: restorePlacePort(),
      clock: systemClock,
    }),
  evidencePort,
);
