import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { stateDoor } from '../lib/aws/lambda-door.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { restoreTasksPort } from '../lib/aws/ports/restore-tasks-port.ts';
import { systemClock } from '../lib/local/system-clock.ts';
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
