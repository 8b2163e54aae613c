import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { announcementsPort } from '../lib/runtimes/aws/ports/announcements-port.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-port.ts';
import { planningSandboxPort } from '../lib/runtimes/aws/ports/planning-sandbox-port.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { planSandboxStep } from '../lib/steps/plan-sandbox.ts';

/** *Plan sandbox*: version, class, storage, quotas, cost. Nothing is made. */
export const handler = stateDoor(
  'planSandbox',
  (state) =>
    planSandboxStep(state, {
      configuration: deployedConfiguration,
      sandboxes: planningSandboxPort(),
      announcements: announcementsPort(),
      clock: systemClock,
    }),
  evidencePort,
);
