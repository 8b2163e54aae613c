import { ECSClient, type Task } from '@aws-sdk/client-ecs';
import { describe, expect, test } from 'vitest';
import { createRestoreTasks } from '../../../lib/adapters/tasks/restore-tasks.ts';
import { awsError, type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';

const arnOf = (id: string) => `arn:aws:ecs:eu-west-1:111122223333:task/restore-drill/${id}`;

/** A running restore task of the drill `one`. */
function aTask(id: string, changes: Partial<Task> = {}, drill: string | null = 'one'): Task {
  const environment = drill === null ? [] : [{ name: 'DRILL_ID', value: drill }];
  return {
    taskArn: arnOf(id),
    lastStatus: 'RUNNING',
    startedBy: 'AWS Step Functions',
    createdAt: new Date('2026-11-21T03:00:00Z'),
    startedAt: new Date('2026-11-21T03:01:00Z'),
    overrides: { containerOverrides: [{ name: 'restore', environment }] },
    ...changes,
  };
}

/** A cluster that lists one task a page. */
function cluster(tasks: Task[], stopTask: () => unknown = () => ({})) {
  const calls: RecordedCall[] = [];
  const respond = (command: string, input: Record<string, unknown>): unknown => {
    if (command === 'ListTasks') {
      const listed = tasks.filter(
        (task) => (task.lastStatus === 'STOPPED') === (input.desiredStatus === 'STOPPED'),
      );
      const at = Number(input.nextToken ?? 0);
      const taskArns = listed.slice(at, at + 1).map(({ taskArn }) => taskArn);
      return { taskArns, ...(at + 1 < listed.length ? { nextToken: String(at + 1) } : {}) };
    }
    if (command === 'DescribeTasks') {
      const asked = input.tasks as string[];
      if (asked.length === 0 || asked.length > 100) throw awsError('InvalidParameterException');
      return { tasks: tasks.filter(({ taskArn = '' }) => asked.includes(taskArn)) };
    }
    if (command === 'StopTask') return stopTask();
    throw new Error(`nobody expected ${command}`);
  };
  const ecs = scripted(new ECSClient({ region: 'eu-west-1' }), respond, calls);
  const stopped = () => calls.filter(({ command }) => command === 'StopTask').map(({ input }) => input.task);
  return { restoreTasks: createRestoreTasks({ ecs, cluster: 'restore-drill' }), calls, stopped };
}

describe('the tasks of a drill', () => {
  test('are stopped, those of other drills and of nobody are not', async () => {
    const { restoreTasks, stopped, calls } = cluster([
      aTask('a'),
      aTask('b', {}, 'two'),
      aTask('c', {}, null),
      aTask('d', { lastStatus: 'PENDING' }),
    ]);

    await restoreTasks.stop('one');

    expect(stopped()).toEqual([arnOf('a'), arnOf('d')]);
    expect(calls.every(({ input }) => input.cluster === 'restore-drill')).toBe(true);
  });

  test('are found among more than a hundred', async () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      aTask(`t${index}`, {}, index === 229 ? 'one' : 'two'),
    );
    const { restoreTasks, stopped } = cluster(many);

    await restoreTasks.stop('one');

    expect(stopped()).toEqual([arnOf('t229')]);
  });

  test('that vanish meanwhile count as stopped', async () => {
    const { restoreTasks } = cluster([aTask('a')], () => {
      throw awsError('InvalidParameterException', 'The referenced task was not found.');
    });

    await expect(restoreTasks.stop('one')).resolves.toBeUndefined();
  });

  test('that cannot be stopped are a named failure', async () => {
    const { restoreTasks } = cluster([aTask('a')], () => {
      throw awsError('AccessDeniedException', 'not you');
    });

    await expect(restoreTasks.stop('one')).rejects.toMatchObject({
      name: 'TEARDOWN_FAILED',
      message: expect.stringContaining('not you'),
    });
  });

  test('are listed for the sweeper with their drill', async () => {
    const { restoreTasks } = cluster([
      aTask('a'),
      aTask('b', {}, null),
      aTask('c', { lastStatus: 'STOPPED' }),
    ]);

    expect(await restoreTasks.running()).toEqual([
      { arn: arnOf('a'), drillId: 'one', since: '2026-11-21T03:00:00.000Z' },
    ]);
  });
});

describe('the diagnosis of a task', () => {
  test('is not that of a hook, which begins later', async () => {
    const environment = [{ name: 'DRILL_ID', value: 'one' }];
    const { restoreTasks, stopped: ended } = cluster([
      aTask('a', { lastStatus: 'STOPPED', stoppedReason: 'lost' }),
      aTask('hook', {
        createdAt: new Date('2026-11-21T04:00:00Z'),
        overrides: {
          containerOverrides: [
            { name: 'credentials', environment },
            { name: 'hook', environment },
          ],
        },
      }),
    ]);

    expect(await restoreTasks.diagnose('one')).toMatchObject({ reason: 'lost' });
    await restoreTasks.stop('one');
    expect(ended()).toEqual([arnOf('hook')]);
  });

  const stopped = (changes: Partial<Task>) => aTask('a', { lastStatus: 'STOPPED', ...changes });
  const { startedAt: _never, ...neverStarted } = stopped({});

  test.each<[string, Task, { started: boolean; reason: string }]>([
    [
      'that could not pull its image',
      {
        ...neverStarted,
        stopCode: 'TaskFailedToStart',
        stoppedReason: 'CannotPullContainerError: pull image manifest has been retried',
        containers: [{ name: 'restore' }],
      },
      {
        started: false,
        reason: 'TaskFailedToStart; CannotPullContainerError: pull image manifest has been retried',
      },
    ],
    [
      'that ran out of memory',
      stopped({
        stopCode: 'EssentialContainerExited',
        stoppedReason: 'Essential container in task exited',
        containers: [
          {
            name: 'restore',
            exitCode: 137,
            reason: 'OutOfMemoryError: Container killed due to memory usage',
          },
        ],
      }),
      {
        started: true,
        reason:
          'EssentialContainerExited; Essential container in task exited; restore: exit code 137, it was killed, most often because its memory ran out, OutOfMemoryError: Container killed due to memory usage',
      },
    ],
    ['of which ECS says nothing', stopped({}), { started: true, reason: 'ECS gives no reason' }],
    ['that runs', aTask('a'), { started: true, reason: 'it is RUNNING' }],
    [
      'that waits for its image',
      { ...neverStarted, lastStatus: 'PENDING' },
      { started: false, reason: 'it has not started yet (PENDING)' },
    ],
  ])('%s', async (_what, task, diagnosis) => {
    expect(await cluster([task]).restoreTasks.diagnose('one')).toEqual(diagnosis);
  });

  test('is of the newest task of the drill', async () => {
    const newer = { createdAt: new Date('2026-11-21T04:00:00Z'), stopCode: 'UserInitiated' as const };
    const { restoreTasks } = cluster([
      aTask('a', { lastStatus: 'STOPPED', stopCode: 'SpotInterruption' }),
      aTask('b', { lastStatus: 'STOPPED', ...newer }),
      aTask('c', { createdAt: new Date('2026-11-21T05:00:00Z') }, 'two'),
    ]);

    expect(await restoreTasks.diagnose('one')).toEqual({ started: true, reason: 'UserInitiated' });
  });

  test('is nothing when ECS knows no task of the drill', async () => {
    expect(await cluster([aTask('a', {}, 'two')]).restoreTasks.diagnose('one')).toBeNull();
  });

  test('repeats nothing of the environment of the task', async () => {
    const environment = [
      { name: 'DRILL_ID', value: 'one' },
      { name: 'TASK_TOKEN', value: 'secret-token' },
    ];
    const task = stopped({ overrides: { containerOverrides: [{ name: 'restore', environment }] } });

    expect(JSON.stringify(await cluster([task]).restoreTasks.diagnose('one'))).not.toContain('secret-token');
  });
});
