import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { lookAtSandboxStep } from '../lib/steps/look-at-sandbox.ts';
import { timed } from '../lib/steps/timed.ts';

const step = timed(phaseNames.provision, lookAtSandboxStep);

/** *Look at sandbox*: ready, not yet, or never. */
export const handler = stateDoor(
  'lookAtSandbox',
  (state) => step(state, { sandboxes: sandboxPort(), clock: systemClock }),
  evidencePort,
);
