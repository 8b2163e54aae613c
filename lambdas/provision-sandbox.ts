import { stateDoor } from '../lib/aws/lambda-door.ts';
import { creatingSandboxPort } from '../lib/aws/ports/creating-sandbox-port.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { phaseNames } from '../lib/domain/drill/phase-names.ts';
import { systemClock } from '../lib/local/system-clock.ts';
import { provisionSandboxStep } from '../lib/steps/provision-sandbox.ts';
import { timed } from '../lib/steps/timed.ts';

const step = timed(phaseNames.provision, provisionSandboxStep);

/** *Provision sandbox*: asks RDS for the instance; asked twice, it adopts its own. */
export const handler = stateDoor(
  'provisionSandbox',
  (state) => step(state, { sandboxes: creatingSandboxPort(), clock: systemClock }),
  evidencePort,
);
