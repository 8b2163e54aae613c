import {
  DescribeTasksCommand,
  type ECSClient,
  paginateListTasks,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import { restoreTaskEnvironment } from '../../contract/environment.ts';
import { restoreContainerName } from '../../contract/names.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { RestoreTasks, TaskDiagnosis } from '../../ports/restore-tasks.ts';
import { awsWords } from '../aws/rds-errors.ts';

/** A task of some drill that has not stopped. */
export interface RunningTask {
  arn: string;
  drillId: string;
  /** When it was asked for, ISO 8601. */
  since: string;
}

/** For the sweeper: tasks have no lease, their drill is all they live for. */
export interface RunningTasks {
  running(): Promise<RunningTask[]>;
  stopTask(arn: string): Promise<void>;
}

/** DescribeTasks takes a hundred at a time. */
const describedAtOnce = 100;

/** Tasks of our own cluster. Step Functions sets startedBy to its own name, so DRILL_ID in the overrides tells whose. */
export function createRestoreTasks({
  ecs,
  cluster,
}: {
  ecs: ECSClient;
  cluster: string;
}): RestoreTasks & RunningTasks {
  async function tasks(desiredStatus: 'RUNNING' | 'STOPPED'): Promise<{ task: Task; drillId: string }[]> {
    const arns: string[] = [];
    for await (const page of paginateListTasks({ client: ecs }, { cluster, desiredStatus }))
      arns.push(...(page.taskArns ?? []));
    const found: { task: Task; drillId: string }[] = [];
    for (let first = 0; first < arns.length; first += describedAtOnce) {
      const some = arns.slice(first, first + describedAtOnce);
      const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: some }));
      for (const task of answer.tasks ?? []) {
        const drillId = drillIdOf(task);
        if (drillId !== null) found.push({ task, drillId });
      }
    }
    return found;
  }

  async function stopTask(arn: string): Promise<void> {
    try {
      await ecs.send(new StopTaskCommand({ cluster, task: arn, reason: 'its drill has ended' }));
    } catch (error) {
      // What ECS has forgotten has stopped long ago.
      if (error instanceof Error && /not found/i.test(error.message)) return;
      throw new DrillError('TEARDOWN_FAILED', `the task ${arn} could not be stopped: ${awsWords(error)}`, {
        hint: 'Stop it in the ECS console; the sweeper tries again.',
        fault: 'service',
        cause: error,
      });
    }
  }

  return {
    stopTask,
    async running() {
      return (await tasks('RUNNING')).map(({ task, drillId }) => ({
        arn: task.taskArn ?? '',
        drillId,
        since: (task.createdAt ?? new Date(0)).toISOString(),
      }));
    },
    async stop(drillId) {
      for (const { task } of (await tasks('RUNNING')).filter((found) => found.drillId === drillId))
        await stopTask(task.taskArn ?? '');
    },
    async diagnose(drillId) {
      const all = [...(await tasks('RUNNING')), ...(await tasks('STOPPED'))];
      const newest = all
        .filter((found) => found.drillId === drillId && isOurs(found.task))
        .toSorted((one, other) => createdMs(other.task) - createdMs(one.task))[0];
      return newest === undefined ? null : diagnosisOf(newest.task);
    },
  };
}

const createdMs = ({ createdAt }: Task): number => createdAt?.getTime() ?? 0;

/** A task of our image, and not of a hook, which may be the newer one. */
const isOurs = ({ overrides }: Task): boolean =>
  (overrides?.containerOverrides ?? []).some(({ name }) => name === restoreContainerName);

function drillIdOf(task: Task): string | null {
  for (const { environment = [] } of task.overrides?.containerOverrides ?? []) {
    const value = environment.find(({ name }) => name === restoreTaskEnvironment.drillId)?.value;
    if (value !== undefined && value !== '') return value;
  }
  return null;
}

/** Exit codes that say what happened: 128 + signal. */
const exitWords: Readonly<Record<number, string>> = {
  137: 'it was killed, most often because its memory ran out',
  139: 'it crashed',
  143: 'it was told to stop',
};

function diagnosisOf(task: Task): TaskDiagnosis {
  const started = task.startedAt !== undefined;
  if (task.lastStatus !== 'STOPPED') {
    const state = task.lastStatus ?? 'in an unknown state';
    return { started, reason: started ? `it is ${state}` : `it has not started yet (${state})` };
  }
  const containers = (task.containers ?? []).flatMap(({ name = 'container', reason, exitCode }) => {
    const words = [
      ...(exitCode === undefined ? [] : [`exit code ${exitCode}`]),
      ...(exitCode !== undefined && exitWords[exitCode] !== undefined ? [exitWords[exitCode]] : []),
      ...(reason === undefined ? [] : [reason]),
    ];
    return words.length === 0 ? [] : [`${name}: ${words.join(', ')}`];
  });
  const parts = [task.stopCode, task.stoppedReason, ...containers].filter((part) => part !== undefined);
  return { started, reason: parts.length === 0 ? 'ECS gives no reason' : parts.join('; ') };
}
