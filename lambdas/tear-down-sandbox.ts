import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { restoreTasksPort, sandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { tearDownSandboxStep } from '../lib/steps/tear-down-sandbox.ts';

/** *Tear down sandbox*: starts the removal of whatever this drill made. */
export const handler = stateDoor(
  'tearDownSandbox',
  (state) =>
    tearDownSandboxStep(state, {
      sandboxes: sandboxPort(),
      restoreTasks: restoreTasksPort(),
      clock: systemClock,
    }),
  evidencePort,
);
