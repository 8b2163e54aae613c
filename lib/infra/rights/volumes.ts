import type { Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { PhysicalNames } from '../names/physical-names.ts';
import { inCluster, stateMachineArn, tasksOf } from './running-drills.ts';
import { allow, oursUnderLease } from './statement.ts';

/** Any volume of the account and region: its id is unknown before it exists, so tags decide. */
const anyVolume = (stack: Stack): string =>
  stack.formatArn({ service: 'ec2', resource: 'volume', resourceName: '*' });

/** Tags that ECS gives to the volume of a task of our cluster, and nobody else can (docs/facts.md#volumes-of-tasks). */
const ofOurTasks = (stack: Stack, names: PhysicalNames, kind: 'RequestTag' | 'ResourceTag') => ({
  ArnLike: { [`aws:${kind}/AmazonECSCreated`]: tasksOf(stack, names) },
  StringEquals: { [`aws:${kind}/AmazonECSManaged`]: 'true' },
});

/** What ECS does with the role that it is given: AWS's own policy for it, held to the tasks of our cluster. */
export const manageVolumes = (stack: Stack, names: PhysicalNames): iam.PolicyStatement[] => {
  const made = ofOurTasks(stack, names, 'RequestTag');
  return [
    allow('MakeVolumes', ['ec2:CreateVolume'], [anyVolume(stack)], made),
    allow('TagNewVolumes', ['ec2:CreateTags'], [anyVolume(stack)], {
      ...made,
      StringEquals: { ...made.StringEquals, 'ec2:CreateAction': 'CreateVolume' },
    }),
    allow('LookAtVolumes', ['ec2:DescribeVolumes', 'ec2:DescribeAvailabilityZones'], ['*']),
    allow(
      'AttachAndDeleteVolumes',
      ['ec2:AttachVolume', 'ec2:DetachVolume', 'ec2:DeleteVolume'],
      [anyVolume(stack)],
      ofOurTasks(stack, names, 'ResourceTag'),
    ),
    // The instance beneath a task of Fargate is AWS's own, in an account of AWS; without a volume the right does nothing.
    allow(
      'AttachToHostsOfTasks',
      ['ec2:AttachVolume', 'ec2:DetachVolume'],
      [stack.formatArn({ service: 'ec2', account: '*', resource: 'instance', resourceName: '*' })],
    ),
  ];
};

/** Whether the volume of a task went with it. */
export const lookAtVolumes: iam.PolicyStatement = allow('LookAtVolumes', ['ec2:DescribeVolumes'], ['*']);

/** Deletes volumes that a task of ours left under a lease; EC2 refuses while one is attached. */
export const removeVolumes = (stack: Stack, names: PhysicalNames): iam.PolicyStatement => {
  const ecs = ofOurTasks(stack, names, 'ResourceTag');
  const ours = oursUnderLease(names.stack);
  return allow('RemoveVolumes', ['ec2:DeleteVolume'], [anyVolume(stack)], {
    ...ecs,
    ...ours,
    StringEquals: { ...ecs.StringEquals, ...ours.StringEquals },
  });
};

/** What is started with a volume, and what it takes on. */
export interface VolumeTask {
  family: string;
  /** Of the task itself: its own role, and the one that starts it. */
  roles: readonly iam.IRole[];
  volumeRole: iam.IRole;
}

/** Starts the restore task that has a volume, waits for it, and stops it when nobody waits any more. */
export const runVolumeTasks = (
  stack: Stack,
  names: PhysicalNames,
  { family, roles, volumeRole }: VolumeTask,
): iam.PolicyStatement[] => [
  allow(
    'RunTaskWithVolume',
    ['ecs:RunTask'],
    [`${family}:*`, family].map((resourceName) =>
      stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName }),
    ),
    inCluster(stack, names),
  ),
  allow('TagTasks', ['ecs:TagResource'], [tasksOf(stack, names)], {
    StringEquals: { 'ecs:CreateAction': 'RunTask' },
  }),
  allow(
    'WatchAndStopTasks',
    ['ecs:DescribeTasks', 'ecs:StopTask'],
    [tasksOf(stack, names)],
    inCluster(stack, names),
  ),
  allow(
    'GiveTasksTheirRoles',
    ['iam:PassRole'],
    roles.map(({ roleArn }) => roleArn),
    { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
  ),
  allow('GiveEcsItsRole', ['iam:PassRole'], [volumeRole.roleArn], {
    StringEquals: { 'iam:PassedToService': 'ecs.amazonaws.com' },
  }),
  allow('TellTheState', ['states:SendTaskHeartbeat'], [stateMachineArn(stack, names)]),
];
