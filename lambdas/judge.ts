import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { stateDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { evidencePort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { restoreTasksPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { judgeStep } from '../lib/steps/judge.ts';

/** *Judge*: the verdict over this attempt, and whether an older dump is worth trying. */
export const handler = stateDoor(
  'judge',
  (state) =>
    judgeStep(state, {
      clock: systemClock,
      configuration: deployedConfiguration,
      evidence: evidencePort(),
      restoreTasks: restoreTasksPort(),
    }),
  evidencePort,
);
