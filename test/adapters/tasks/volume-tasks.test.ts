import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { createVolumeTasks } from '../../../lib/adapters/tasks/volume-tasks.ts';
import type { VolumeTaskRequest } from '../../../lib/ports/volume-tasks.ts';
import { awsError, type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';

const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/restore-drill/0a';
const started = { tasks: [{ taskArn }] };
const volumeRole = 'arn:aws:iam::111122223333:role/volumes';
const request: VolumeTaskRequest = {
  ...{ drillId: 'drill-1', attempt: 2, leaseExpiresAt: '2026-11-30T00:00:00.000Z', taskToken: 'token' },
  place: {
    ...{ taskDefinition: 'restore-large', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
    assignPublicIp: 'ENABLED',
    volume: { taskDefinition: 'restore-drill-sandbox-volume', sizeGib: 511 },
  },
};

/** A cluster that answers in turn, the last for ever; a clock that only waiting moves; a state that waits so many times. */
function aCluster({ run = started as unknown, looks = [] as (Task | null)[], heartbeats = 1000 }) {
  const calls: RecordedCall[] = [];
  const respond = (command: string): unknown => {
    if (command === 'StopTask') return {};
    if (command === 'RunTask') {
      if (run instanceof Error) throw run;
      return run;
    }
    const task = looks.length > 1 ? looks.shift() : looks[0];
    return { tasks: task == null ? [] : [task] };
  };
  let [seconds, beats] = [0, 0];
  const ecs = scripted(new ECSClient({ region: 'eu-west-1', maxAttempts: 1 }), respond, calls);
  const tasks = createVolumeTasks({
    ...{ ecs, cluster: 'restore-drill', stackName: 'restore-drill', tags: { team: 'storage' }, volumeRole },
    clock: {
      now: () => new Date(seconds * 1000),
      sleep: async (waited) => {
        seconds += waited;
      },
    },
    heartbeat: async () => {
      beats += 1;
      return beats <= heartbeats;
    },
  });
  const of = (command: string) => calls.filter((call) => call.command === command).map(({ input }) => input);
  return { tasks, of, beats: () => beats, waited: () => seconds };
}

const pending: Task = { taskArn, lastStatus: 'PROVISIONING', desiredStatus: 'RUNNING' };
const running: Task = { taskArn, lastStatus: 'RUNNING', desiredStatus: 'RUNNING' };

describe('a restore task with a volume', () => {
  test('is asked for with an encrypted one that goes with it, under the drill’s tags', async () => {
    const { tasks, of } = aCluster({ looks: [running] });

    expect(await tasks.start(request)).toEqual({ outcome: 'running' });

    const [input] = of('RunTask');
    expect(input).toMatchObject({
      taskDefinition: 'restore-drill-sandbox-volume',
      launchType: 'FARGATE',
      volumeConfigurations: [
        {
          name: 'servers',
          managedEBSVolume: {
            ...{ roleArn: volumeRole, volumeType: 'gp3', sizeInGiB: 511, throughput: 500 },
            ...{ encrypted: true, filesystemType: 'xfs', terminationPolicy: { deleteOnTermination: true } },
            tagSpecifications: [
              {
                resourceType: 'volume',
                tags: [
                  { key: 'team', value: 'storage' },
                  { key: 'restore-drill:stack', value: 'restore-drill' },
                  { key: 'restore-drill:drill', value: 'drill-1' },
                  { key: 'restore-drill:lease', value: '2026-11-30T00:00:00.000Z' },
                ],
              },
            ],
          },
        },
      ],
    });
    const { overrides } = input as { overrides: { containerOverrides: object[] } };
    expect(overrides.containerOverrides).toEqual([
      {
        name: 'restore',
        environment: [
          { name: 'COMMAND', value: 'restore' },
          { name: 'DRILL_ID', value: 'drill-1' },
          { name: 'ATTEMPT', value: '2' },
          { name: 'TASK_TOKEN', value: 'token' },
        ],
      },
    ]);
  });

  test('tells the waiting state that something happens until it runs', async () => {
    const { tasks, beats, of } = aCluster({ looks: [null, pending, pending, running] });

    expect(await tasks.start(request)).toEqual({ outcome: 'running' });
    expect(beats()).toBe(3);
    expect(of('StopTask')).toEqual([]);
  });

  test('that has ended before anybody looked did run: its own answer counts', async () => {
    const ended: Task = { taskArn, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', startedAt: new Date(0) };

    expect(await aCluster({ looks: [ended] }).tasks.start(request)).toEqual({ outcome: 'running' });
  });

  test.each<[string, Task]>([
    ['stopped', { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' }],
    ['stuck on its way down', { lastStatus: 'DEPROVISIONING', desiredStatus: 'STOPPED' }],
  ])('that is %s without its volume is told with the reason of the attachment', async (_, state) => {
    const failed: Task = {
      ...{ taskArn, ...state, stopCode: 'TaskFailedToStart', stoppedReason: 'Volume failed' },
      attachments: [
        {
          type: 'AmazonElasticBlockStorage',
          status: 'FAILED',
          details: [
            { name: 'volumeName', value: 'servers' },
            {
              name: 'statusReason',
              value: 'ECS was unable to assume the configured ECS Infrastructure Role',
            },
          ],
        },
      ],
    };

    expect(await aCluster({ looks: [pending, failed] }).tasks.start(request)).toEqual({
      outcome: 'stopped',
      reason:
        'TaskFailedToStart; Volume failed; ECS was unable to assume the configured ECS Infrastructure Role',
    });
  });

  test.each<[string, unknown, string, RegExp]>([
    [
      'an error',
      awsError('AccessDeniedException', 'no iam:PassRole', 400),
      'ECS.AccessDeniedException',
      /PassRole/,
    ],
    ['failures', { failures: [{ reason: 'Capacity is unavailable' }] }, 'AmazonECS.Unknown', /Capacity/],
  ])('that ECS refuses by %s is told by its name', async (_, run, error, reason) => {
    expect(await aCluster({ run }).tasks.start(request)).toEqual({
      ...{ outcome: 'refused', error, reason: expect.stringMatching(reason) },
    });
  });

  test('is stopped when its drill no longer waits', async () => {
    const { tasks, of } = aCluster({ looks: [pending], heartbeats: 2 });

    expect(await tasks.start(request)).toEqual({ outcome: 'nobody waits' });
    expect(of('StopTask')).toMatchObject([{ task: taskArn, reason: 'its drill has ended' }]);
  });

  test('that does not come up is stopped before the function runs out of time', async () => {
    const { tasks, of, waited } = aCluster({ looks: [pending] });

    expect(await tasks.start(request)).toMatchObject({
      outcome: 'stopped',
      reason: 'it did not start within 13 minutes (PROVISIONING)',
    });
    expect(of('StopTask')).toHaveLength(1);
    expect(waited()).toBeLessThan(900);
  });
});
