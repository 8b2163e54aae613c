import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { announcementsPort } from '../lib/aws/ports/announcements-port.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { planningSandboxPort } from '../lib/aws/ports/planning-sandbox-port.ts';
import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { planSandboxStep } from '../lib/steps/plan-sandbox.ts';
import { timed } from '../lib/steps/timed.ts';

const step = timed(phaseNames.plan, planSandboxStep);

/** *Plan sandbox*: version, class, storage, quotas, cost. Nothing is made. */
export const handler = stateDoor(
  'planSandbox',
  (state) =>
    step(state, {
      configuration: deployedConfiguration,
      sandboxes: planningSandboxPort(),
      announcements: announcementsPort(),
      clock: systemClock,
    }),
  evidencePort,
);
