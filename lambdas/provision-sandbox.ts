import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { creatingSandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { provisionSandboxStep } from '../lib/steps/provision-sandbox.ts';

/** *Provision sandbox*: asks RDS for the instance; asked twice, it adopts its own. */
export const handler = stateDoor(
  'provisionSandbox',
  (state) => provisionSandboxStep(state, { sandboxes: creatingSandboxPort(), clock: systemClock }),
  evidencePort,
);
