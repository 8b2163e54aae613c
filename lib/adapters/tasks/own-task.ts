import { createHash } from 'node:crypto';
import {
  DescribeTasksCommand,
  type ECSClient,
  type KeyValuePair,
  RunTaskCommand,
  type RunTaskCommandInput,
  StopTaskCommand,
  type Task,
} from '@aws-sdk/client-ecs';
import type { RestoreTaskPlace } from '../../domain/sandbox/rds/tasks.ts';

/** A task that was not started, as Step Functions leaves it. */
export interface NotStarted {
  Error: string;
  Cause: string;
}

/** One task that is started by ourselves, and not by the machine. */
export interface OwnTask {
  cluster: string;
  taskDefinition: string;
  place: Pick<RestoreTaskPlace, 'subnets' | 'securityGroups' | 'assignPublicIp'>;
  /** What it is started once for, whatever is asked how often: asking again after an answer that was lost starts no second one. */
  once: string;
  /** Container → what its environment has beside the definition's. */
  environments: Readonly<Record<string, Readonly<Record<string, string>>>>;
  volumeConfigurations?: RunTaskCommandInput['volumeConfigurations'];
}

/** As RunTask takes it. */
export function runTaskInput(task: OwnTask): RunTaskCommandInput {
  const { cluster, taskDefinition, once, environments, volumeConfigurations } = task;
  const { subnets, securityGroups, assignPublicIp } = task.place;
  return {
    cluster,
    taskDefinition,
    launchType: 'FARGATE',
    count: 1,
    propagateTags: 'TASK_DEFINITION',
    // It takes 64 characters.
    clientToken: createHash('sha256').update(once).digest('hex'),
    networkConfiguration: { awsvpcConfiguration: { subnets, securityGroups, assignPublicIp } },
    overrides: {
      containerOverrides: Object.entries(environments).map(([name, environment]) => ({
        name,
        environment: pairs(environment),
      })),
    },
    ...(volumeConfigurations === undefined ? {} : { volumeConfigurations }),
  };
}

const pairs = (values: Readonly<Record<string, string>>): KeyValuePair[] =>
  Object.entries(values).map(([name, value]) => ({ name, value }));

/** Asks for one task. @returns its ARN, or why there is none @throws what is no answer of ECS */
export async function startTask(ecs: ECSClient, input: RunTaskCommandInput): Promise<string | NotStarted> {
  try {
    const { tasks, failures = [] } = await ecs.send(new RunTaskCommand(input));
    const arn = tasks?.[0]?.taskArn;
    if (arn !== undefined) return arn;
    const Failures = failures.map(({ arn: Arn, reason: Reason, detail: Detail }) => ({
      Arn,
      Reason,
      Detail,
    }));
    return { Error: 'AmazonECS.Unknown', Cause: JSON.stringify({ Failures }) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { Error: `ECS.${error.name}`, Cause: error.message };
  }
}

/** Null: a task that was only just started may not be found yet, and a look that failed is repeated by the next. */
export async function lookAtTask(ecs: ECSClient, cluster: string, arn: string): Promise<Task | null> {
  const answer = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] })).catch(() => null);
  return answer?.tasks?.[0] ?? null;
}

/** What cannot be stopped now is stopped by the teardown: it finds the task by DRILL_ID. */
export async function stopTask(ecs: ECSClient, cluster: string, arn: string, reason: string): Promise<void> {
  await ecs.send(new StopTaskCommand({ cluster, task: arn, reason })).catch(() => undefined);
}
