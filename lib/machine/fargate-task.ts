import { clusterPlaceholder } from './placeholders.ts';
import type { State } from './task-state.ts';

/**
 * Errors of RunTask that prove that no task started (docs/facts.md#what-proves-that-no-task-started): `failures[]` of an
 * answer, a request that was refused, and what ECS says for want of capacity or of its own rate. ECS.ServerException, a
 * broken connection and States.Timeout prove nothing and are not among them: two restores into one sandbox would be
 * worse than a drill that must be started again.
 */
export const noTaskStarted = [
  'AmazonECS.Unknown',
  'ECS.AmazonECSException',
  'ECS.ThrottlingException',
  'ECS.ClientException',
  'ECS.InvalidParameterException',
];

/** Ten minutes of asking again: shortages of minutes pass, and a sandbox that waits costs cents. */
export const askAgainForTask: State = {
  ErrorEquals: noTaskStarted,
  IntervalSeconds: 20,
  MaxAttempts: 5,
  BackoffRate: 2,
  MaxDelaySeconds: 300,
  JitterStrategy: 'FULL',
};

/**
 * A Fargate task in the network of the restore task. Every container gets DRILL_ID: whoever cleans up finds the task by
 * it, because the integration takes no `StartedBy`. RunTask is repeated only where nothing started. A client token would
 * not help: each try carries a task token of its own, and RunTask refuses the same client token with other parameters.
 */
export function fargateTask(
  pattern: 'sync' | 'waitForTaskToken',
  taskDefinitionPath: string,
  containers: State[],
): State {
  return {
    Type: 'Task',
    Resource: `arn:aws:states:::ecs:runTask.${pattern}`,
    Parameters: {
      LaunchType: 'FARGATE',
      Cluster: clusterPlaceholder,
      'TaskDefinition.$': taskDefinitionPath,
      PropagateTags: 'TASK_DEFINITION',
      NetworkConfiguration: {
        AwsvpcConfiguration: {
          'Subnets.$': '$.restoreTask.subnets',
          'SecurityGroups.$': '$.restoreTask.securityGroups',
          'AssignPublicIp.$': '$.restoreTask.assignPublicIp',
        },
      },
      Overrides: { ContainerOverrides: containers },
    },
    Retry: [askAgainForTask],
  };
}
