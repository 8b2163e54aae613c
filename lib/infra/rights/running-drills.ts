import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { PhysicalNames } from '../names/physical-names.ts';
import { allow } from './statement.ts';

export const stateMachineArn = (stack: Stack, names: PhysicalNames): string =>
  stack.formatArn({
    service: 'states',
    resource: 'stateMachine',
    resourceName: names.stateMachine,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

export const clusterArn = (stack: Stack, names: PhysicalNames): string =>
  stack.formatArn({ service: 'ecs', resource: 'cluster', resourceName: names.cluster });

export const tasksOf = (stack: Stack, names: PhysicalNames): string =>
  stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${names.cluster}/*` });

export const inCluster = (stack: Stack, names: PhysicalNames) => ({
  ArnEquals: { 'ecs:cluster': clusterArn(stack, names) },
});

/** Every execution of our machine. */
export const executionsArn = (stack: Stack, names: PhysicalNames): string =>
  stack.formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${names.stateMachine}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Whether a drill still runs. Not its history: that holds task tokens. */
export const lookAtExecutions = (stack: Stack, names: PhysicalNames): iam.PolicyStatement =>
  allow('LookAtExecutions', ['states:DescribeExecution'], [executionsArn(stack, names)]);

/** Which executions failed: names and moments, not their history. */
export const listExecutions = (stack: Stack, names: PhysicalNames): iam.PolicyStatement =>
  allow('ListExecutions', ['states:ListExecutions'], [stateMachineArn(stack, names)]);

/** Whether the queue of what could not be started holds something. CloudWatch's metrics know no resources. */
export const countDeadLetters: iam.PolicyStatement = allow(
  'CountDeadLetters',
  ['cloudwatch:GetMetricStatistics'],
  ['*'],
);

/** Gives a waiting state of our machine its answer, by its token. */
export const answerStates = (stack: Stack, names: PhysicalNames): iam.PolicyStatement =>
  allow('AnswerStates', ['states:SendTaskSuccess'], [stateMachineArn(stack, names)]);

/** Reports progress and the end of a task by its token. */
export const reportToStates = (stack: Stack, names: PhysicalNames): iam.PolicyStatement =>
  allow(
    'ReportToStates',
    ['states:SendTaskSuccess', 'states:SendTaskFailure', 'states:SendTaskHeartbeat'],
    [stateMachineArn(stack, names)],
  );

/** Why a task stopped. ListTasks is authorised on container instances, which Fargate has none of: by cluster. */
export const lookAtTasks = (stack: Stack, names: PhysicalNames): iam.PolicyStatement[] => [
  allow('ListTasks', ['ecs:ListTasks'], ['*'], inCluster(stack, names)),
  allow('LookAtTasks', ['ecs:DescribeTasks'], [tasksOf(stack, names)], inCluster(stack, names)),
];

/** How many vCPUs tasks may have; Service Quotas knows no resources for reading. */
export const askTaskQuotas: iam.PolicyStatement = allow(
  'AskTaskQuotas',
  ['servicequotas:GetServiceQuota'],
  ['*'],
);

/** Stops tasks that an ended drill has left. */
export const stopTasks = (stack: Stack, names: PhysicalNames): iam.PolicyStatement[] => [
  ...lookAtTasks(stack, names),
  allow('StopTasks', ['ecs:StopTask'], [tasksOf(stack, names)], inCluster(stack, names)),
];

/** Starts and ends the tasks of hooks, and gives them their roles and no others. */
export const runHooks = (
  stack: Stack,
  names: PhysicalNames,
  hookRoles: readonly iam.IRole[],
): iam.PolicyStatement[] => [
  allow(
    'RunHooks',
    ['ecs:RunTask'],
    [stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName: names.hookTasks })],
    inCluster(stack, names),
  ),
  allow('TagHooks', ['ecs:TagResource'], [tasksOf(stack, names)], {
    StringEquals: { 'ecs:CreateAction': 'RunTask' },
  }),
  allow('EndHooks', ['ecs:DescribeTasks', 'ecs:StopTask'], [tasksOf(stack, names)], inCluster(stack, names)),
  allow(
    'GiveHooksTheirRoles',
    ['iam:PassRole'],
    hookRoles.map(({ roleArn }) => roleArn),
    { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  ),
];
