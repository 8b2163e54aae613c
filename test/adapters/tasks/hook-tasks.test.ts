import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { createHookTasks } from '../../../lib/adapters/tasks/hook-tasks.ts';
import { readTaskOutcome } from '../../../lib/domain/sandbox/rds/task-outcome.ts';
import type { Clock } from '../../../lib/ports/clock.ts';
import type { HookTaskRequest } from '../../../lib/ports/hook-tasks.ts';
import { awsError, type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';

const taskArn = 'arn:aws:ecs:eu-west-1:111122223333:task/restore-drill/0a';
const started = { tasks: [{ taskArn }] };
const running: Task = { taskArn, lastStatus: 'RUNNING' };
const stopped = (exitCode: number | undefined, changes: Partial<Task> = {}): Task => ({
  ...{ taskArn, lastStatus: 'STOPPED', stopCode: 'EssentialContainerExited' },
  ...{ startedAt: new Date('2026-11-21T03:01:00Z'), stoppedAt: new Date('2026-11-21T03:01:09Z') },
  containers: [{ name: 'credentials' }, { name: 'hook', ...(exitCode === undefined ? {} : { exitCode }) }],
  ...changes,
});

/** A cluster that answers in turn, the last for ever, and a clock that only waiting moves. */
function aCluster({ run = [started], looks = [] }: { run?: unknown[]; looks?: (Task | Error | null)[] }) {
  const calls: RecordedCall[] = [];
  const next = (answers: unknown[]): unknown => {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const respond = (command: string): unknown => {
    if (command === 'RunTask') return next(run);
    if (command === 'StopTask') return {};
    const task = next(looks);
    return { tasks: task === null ? [] : [task] };
  };
  let seconds = 0;
  const clock: Clock = {
    now: () => new Date(seconds * 1000),
    sleep: async (waited, signal) => {
      signal?.throwIfAborted();
      seconds += waited;
    },
  };
  const ecs = scripted(new ECSClient({ region: 'eu-west-1', maxAttempts: 1 }), respond, calls);
  const of = (command: string) => calls.filter((call) => call.command === command).map(({ input }) => input);
  return { tasks: createHookTasks({ ecs, cluster: 'restore-drill', clock }), of, waited: () => seconds };
}

function aHook(changes: Partial<HookTaskRequest> = {}): HookTaskRequest {
  return {
    ...{ drillId: 'drill-1', attempt: 2, name: 'migrate', onAddress: () => undefined },
    run: {
      taskDefinition: 'restore-drill-hook-shop-migrate',
      environment: [{ Name: 'PGDATABASE', Value: 'shop' }],
      timeoutSeconds: 60,
    },
    place: {
      ...{ taskDefinition: 'restore-drill-sandbox-small', subnets: ['subnet-1'], securityGroups: ['sg-1'] },
      assignPublicIp: 'ENABLED',
    },
    tunnel: { host: '10.97.0.7', publicKey: 'k'.repeat(43) },
    ...changes,
  };
}
const forever = new AbortController().signal;

describe('the task of a hook', () => {
  test('runs beside the restore task, under its drill, and is told everything but a secret', async () => {
    const { tasks, of } = aCluster({ looks: [stopped(0)] });

    await tasks.run(aHook(), forever);

    expect(of('RunTask')).toMatchObject([
      {
        ...{ cluster: 'restore-drill', taskDefinition: 'restore-drill-hook-shop-migrate' },
        ...{ launchType: 'FARGATE', propagateTags: 'TASK_DEFINITION' },
        networkConfiguration: {
          awsvpcConfiguration: { subnets: ['subnet-1'], securityGroups: ['sg-1'], assignPublicIp: 'ENABLED' },
        },
        overrides: {
          containerOverrides: [
            {
              name: 'credentials',
              environment: [
                { name: 'COMMAND', value: 'credentials' },
                { name: 'DRILL_ID', value: 'drill-1' },
                { name: 'ATTEMPT', value: '2' },
                { name: 'TUNNEL_HOST', value: '10.97.0.7' },
                { name: 'TUNNEL_KEY', value: 'k'.repeat(43) },
              ],
            },
            { name: 'hook', environment: [{ name: 'PGDATABASE', value: 'shop' }] },
          ],
        },
      },
    ]);
  });

  test.each([
    [
      'its containers',
      { containers: [{ name: 'hook', networkInterfaces: [{ privateIpv4Address: '10.97.0.9' }] }] },
    ],
    [
      'its network interface',
      {
        attachments: [
          { details: [{ name: 'subnetId' }, { name: 'privateIPv4Address', value: '10.97.0.9' }] },
        ],
      },
    ],
  ])('is told where it is as soon as %s say so', async (_, where) => {
    const { tasks } = aCluster({ looks: [running, { ...running, ...where }, stopped(0)] });
    const addresses: string[] = [];

    await tasks.run(aHook({ onAddress: (address) => addresses.push(address) }), forever);

    expect(addresses).toEqual(['10.97.0.9']);
  });

  test('is looked at until it has ended, also when it is not found yet or a look fails', async () => {
    const { tasks, of } = aCluster({ looks: [null, awsError('ServerException'), running, stopped(3)] });

    const outcome = readTaskOutcome(await tasks.run(aHook(), forever), 'hook');

    expect(outcome).toEqual({
      ...{ exitCode: 3, stopCode: 'EssentialContainerExited', reason: '' },
      ...{ startedAt: '2026-11-21T03:01:00.000Z', stoppedAt: '2026-11-21T03:01:09.000Z' },
    });
    expect(of('StopTask')).toEqual([]);
  });

  test('that never ends is stopped when its time is over', async () => {
    const { tasks, of, waited } = aCluster({ looks: [running] });

    expect(await tasks.run(aHook(), forever)).toEqual({ Error: 'States.Timeout', Cause: '' });
    expect(of('StopTask')).toMatchObject([{ cluster: 'restore-drill', task: taskArn }]);
    expect(waited()).toBe(60);
  });

  test('is stopped when its drill is told to stop', async () => {
    const stop = new AbortController();
    const { tasks, of } = aCluster({ looks: [running] });

    const ran = tasks.run(aHook({ onAddress: () => undefined }), stop.signal);
    stop.abort(new Error('SIGTERM'));

    await expect(ran).rejects.toThrow();
    expect(of('StopTask').length + (of('RunTask').length === 0 ? 1 : 0)).toBe(1);
  });

  test('is asked for again where there is no capacity, as one and the same', async () => {
    const none = { tasks: [], failures: [{ reason: 'Capacity is unavailable at this time' }] };
    const { tasks, of, waited } = aCluster({
      run: [none, awsError('ServerException'), started],
      looks: [stopped(0)],
    });

    expect(readTaskOutcome(await tasks.run(aHook(), forever), 'hook')?.exitCode).toBe(0);
    expect(waited()).toBe(60);
    expect(new Set(of('RunTask').map(({ clientToken }) => clientToken)).size).toBe(1);
  });

  test('that no capacity comes for is told with what ECS says', async () => {
    const { tasks, of } = aCluster({ run: [{ tasks: [], failures: [{ reason: 'RESOURCE:FARGATE' }] }] });

    const outcome = (await tasks.run(aHook(), forever)) as { Cause: string };

    expect(readTaskOutcome(outcome.Cause, 'hook')).toMatchObject({
      ...{ stopCode: 'TaskFailedToStart', reason: 'RESOURCE:FARGATE' },
    });
    expect(of('RunTask')).toHaveLength(6);
  });

  test('that may not be started is not asked for again', async () => {
    const { tasks, of } = aCluster({ run: [awsError('AccessDeniedException', 'not you')] });

    expect(await tasks.run(aHook(), forever)).toEqual({
      Error: 'ECS.AccessDeniedException',
      Cause: 'not you',
    });
    expect(of('RunTask')).toHaveLength(1);
  });
});
