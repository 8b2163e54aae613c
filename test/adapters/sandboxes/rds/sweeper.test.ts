import { describe, expect, test } from 'vitest';
import { sandboxIdFor } from '../../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import type { SweepOptions } from '../../../../lib/adapters/sandboxes/rds/sweeper.ts';
import type { RunningTasks } from '../../../../lib/adapters/tasks/restore-tasks.ts';
import { tagKeys } from '../../../../lib/contract/names.ts';
import { awsError } from '../../../support/aws/scripted-client.ts';
import {
  anInstance,
  drillId,
  expired,
  hostOn,
  leaseExpiresAt,
  RdsAccount,
  sandboxId,
  stackName,
  tags,
} from './rds-account.ts';

const over = tags({ [tagKeys.lease]: expired });

interface Sweep {
  running?: string[];
  tasks?: RunningTasks | null;
  volumes?: SweepOptions['volumes'];
  isRunning?: (drillId: string) => Promise<boolean>;
  isKept?: (drillId: string) => Promise<boolean>;
}

const sweep = (account: RdsAccount, options: Sweep = {}, dryRun = false) => {
  const { running = [], tasks = null, volumes = null, isRunning, isKept = async () => false } = options;
  return hostOn(account, {
    sweeping: { isRunning: isRunning ?? (async (id) => running.includes(id)), isKept, tasks, volumes },
  }).sweep({ dryRun });
};

/** Tasks of a cluster; those told to stop are collected. */
function tasksOf(drills: string[], stopped: string[] = []): RunningTasks {
  return {
    running: async () => drills.map((id, index) => ({ arn: `task/${index}`, drillId: id, since: expired })),
    stopTask: async (arn) => {
      stopped.push(arn);
    },
  };
}

describe('a sweep', () => {
  test('frees an instance from its lease whose restore was approved, instead of removing it', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    const swept = await sweep(account, { isKept: async (id) => id === drillId });

    expect(swept.removed).toEqual([]);
    expect(swept.kept[0]?.what).toContain('kept: its restore was approved');
    expect(account.instances.get(sandboxId)).toMatchObject({
      DeletionProtection: true,
      TagList: tags({ [tagKeys.lease]: null, 'restore-drill:handed-over': drillId }),
    });
    // The next sweep does not even see it.
    expect(await sweep(account, { isKept: async () => true })).toEqual({ removed: [], kept: [] });
  });

  test('only says so with a dry run', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    expect((await sweep(account, { isKept: async () => true }, true)).removed).toEqual([]);
    expect(account.writes()).toEqual([]);
  });

  test('leaves alone what nobody can say of whether it is kept', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    const swept = await sweep(account, { isKept: async () => Promise.reject(new Error('throttled')) });

    expect(swept.removed).toEqual([]);
    expect(swept.kept[0]?.what).toContain('not removed');
    expect(account.writes()).toEqual([]);
  });

  test('removes an instance whose lease has expired and whose drill no longer runs', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    expect(await sweep(account)).toEqual({
      removed: [
        {
          what: `RDS instance ${sandboxId} (db.m7g.large, available)`,
          drillId,
          leaseExpiresAt: expired,
        },
      ],
      kept: [],
    });
    expect(account.writes()).toEqual([
      [
        'DeleteDBInstance',
        { DBInstanceIdentifier: sandboxId, SkipFinalSnapshot: true, DeleteAutomatedBackups: true },
      ],
    ]);
  });

  test('finds them on every page, at every placement', async () => {
    const names = Array.from({ length: 7 }, (_, index) => sandboxIdFor(stackName, `drill-${index}`));
    const account = new RdsAccount(
      ...names.map((DBInstanceIdentifier, index) =>
        anInstance({
          DBInstanceIdentifier: index % 2 === 0 ? DBInstanceIdentifier : `${DBInstanceIdentifier}-p2`,
          TagList: tags({ [tagKeys.lease]: expired, [tagKeys.drill]: `drill-${index}` }),
        }),
      ),
    );

    expect((await sweep(account)).removed).toHaveLength(7);
    expect(
      [...account.instances.values()].every(({ DBInstanceStatus }) => DBInstanceStatus === 'deleting'),
    ).toBe(true);
  });

  test('keeps what is under lease, without asking for its drill', async () => {
    const account = new RdsAccount(anInstance());
    const isRunning = () => Promise.reject(new Error('not to be asked'));

    expect(await sweep(account, { isRunning })).toMatchObject({
      removed: [],
      kept: [{ drillId, leaseExpiresAt }],
    });
    expect(account.writes()).toEqual([]);
  });

  test('keeps what a running drill uses although the lease has expired', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    expect(await sweep(account, { running: [drillId] })).toMatchObject({ removed: [], kept: [{ drillId }] });
    expect(account.writes()).toEqual([]);
  });

  test('keeps what may be running when nobody can say, and shows it', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));
    const isRunning = () => Promise.reject(awsError('ThrottlingException', 'slow down'));

    expect(await sweep(account, { isRunning })).toMatchObject({
      removed: [],
      kept: [{ what: expect.stringContaining('slow down'), leaseExpiresAt: expired }],
    });
    expect(account.writes()).toEqual([]);
  });

  test('only tells what it would do on a dry run', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));

    expect((await sweep(account, { tasks: tasksOf(['gone']) }, true)).removed).toHaveLength(2);
    expect(account.writes()).toEqual([]);
  });

  test('asks once for a drill, however much it left', async () => {
    const account = new RdsAccount(
      anInstance({ TagList: over }),
      anInstance({ DBInstanceIdentifier: `${sandboxId}-p2`, TagList: over }),
    );
    const asked: string[] = [];
    const isRunning = async (id: string) => {
      asked.push(id);
      return false;
    };

    await sweep(account, { isRunning });

    expect(asked).toEqual([drillId]);
  });

  test('does not count what is being deleted already', async () => {
    const account = new RdsAccount(anInstance({ TagList: over, DBInstanceStatus: 'deleting' }));

    expect(await sweep(account)).toEqual({ removed: [], kept: [] });
  });

  test.each([
    ['a production instance', { DBInstanceIdentifier: 'production', TagList: [] }],
    ['a production instance with copied tags', { DBInstanceIdentifier: 'production', TagList: over }],
    ['a name of ours without tags', { TagList: [] }],
    [
      'an instance without the stack’s tag',
      { TagList: tags({ [tagKeys.lease]: expired, [tagKeys.stack]: null }) },
    ],
    [
      'an instance of another stack',
      { TagList: tags({ [tagKeys.lease]: expired, [tagKeys.stack]: 'restore-drill-2' }) },
    ],
    ['an instance without a drill', { TagList: tags({ [tagKeys.lease]: expired, [tagKeys.drill]: null }) }],
    ['an instance without a lease', { TagList: tags({ [tagKeys.lease]: null }) }],
    [
      'an instance that was handed over',
      { TagList: [...over, { Key: 'restore-drill:handed-over', Value: drillId }] },
    ],
  ])('does not see %s', async (_what, changes) => {
    const account = new RdsAccount(anInstance(changes));

    expect(await sweep(account)).toEqual({ removed: [], kept: [] });
    expect(account.writes()).toEqual([]);
  });

  test('keeps what is protected from deletion, with the reason', async () => {
    const account = new RdsAccount(anInstance({ TagList: over, DeletionProtection: true }));

    expect(await sweep(account)).toMatchObject({
      removed: [],
      kept: [{ what: expect.stringContaining('protected from deletion') }],
    });
    expect(account.writes()).toEqual([]);
  });

  test('does not claim to have removed what RDS does not delete now', async () => {
    const account = new RdsAccount(anInstance({ TagList: over, DBInstanceStatus: 'creating' }));
    account.fail(
      'DeleteDBInstance',
      ...Array.from({ length: 4 }, () => awsError('InvalidDBInstanceStateFault', 'creating')),
    );

    expect(await sweep(account)).toMatchObject({
      removed: [],
      kept: [{ what: expect.stringContaining('while it is creating') }],
    });
  });

  test('goes on after one that cannot be removed', async () => {
    const second = sandboxIdFor(stackName, 'second');
    const account = new RdsAccount(
      anInstance({ TagList: over }),
      anInstance({
        DBInstanceIdentifier: second,
        TagList: tags({ [tagKeys.lease]: expired, [tagKeys.drill]: 'second' }),
      }),
    ).fail('DeleteDBInstance', awsError('AccessDenied'));

    expect(await sweep(account)).toMatchObject({ removed: [{ drillId: 'second' }], kept: [{ drillId }] });
  });
});

describe('the sweep of other things', () => {
  const snapshot = (DBSnapshotIdentifier: string, TagList = over) => ({ DBSnapshotIdentifier, TagList });

  test('takes manual snapshots of ours whose lease has expired, from every page', async () => {
    const account = new RdsAccount();
    const all = [
      snapshot('production-before-release'),
      snapshot('restore-drill-untagged', []),
      snapshot('restore-drill-leased', tags()),
      snapshot('restore-drill-old'),
    ];
    const deleted: unknown[] = [];
    account.answers = {
      DescribeDBSnapshots: ({ Marker = '0', SnapshotType }) => {
        expect(SnapshotType).toBe('manual');
        const at = Number(Marker);
        return { DBSnapshots: all.slice(at, at + 1), ...(at < 3 ? { Marker: String(at + 1) } : {}) };
      },
      DeleteDBSnapshot: (input) => {
        deleted.push(input);
        throw awsError('DBSnapshotNotFoundFault');
      },
    };

    expect((await sweep(account)).removed.map(({ what }) => what)).toEqual([
      'RDS snapshot restore-drill-old',
    ]);
    expect(deleted).toEqual([{ DBSnapshotIdentifier: 'restore-drill-old' }]);
  });

  test('takes parameter groups with an expired lease, and never those of the stack', async () => {
    const account = new RdsAccount();
    const groups: Record<string, ReturnType<typeof tags>> = {
      'restore-drill-import-15': [{ Key: tagKeys.stack, Value: stackName }],
      'restore-drill-left': over,
      'default.postgres15': over,
    };
    account.answers = {
      DescribeDBParameterGroups: () => ({
        DBParameterGroups: Object.keys(groups).map((name) => ({
          DBParameterGroupName: name,
          DBParameterGroupArn: `arn:aws:rds:eu-west-1:111122223333:pg:${name}`,
        })),
      }),
      ListTagsForResource: ({ ResourceName }) => ({
        TagList: groups[String(ResourceName).split(':').at(-1) ?? ''],
      }),
      DeleteDBParameterGroup: () => ({}),
    };

    await sweep(account);

    expect(account.writes()).toEqual([
      ['DeleteDBParameterGroup', { DBParameterGroupName: 'restore-drill-left' }],
    ]);
  });

  test('stops tasks whose drill no longer runs, and no others', async () => {
    const stopped: string[] = [];
    const tasks = tasksOf(['alive', 'dead'], stopped);

    expect(await sweep(new RdsAccount(), { tasks, running: ['alive'] })).toMatchObject({
      removed: [{ what: 'ECS task task/1', drillId: 'dead' }],
      kept: [{ drillId: 'alive' }],
    });
    expect(stopped).toEqual(['task/1']);
  });

  test('shows the task of a running drill with the end of its drill, so that nobody takes it for a leak', async () => {
    const tasks = tasksOf(['alive'], []);

    const { kept } = await sweep(new RdsAccount(), { tasks, running: ['alive'] });

    expect(kept.map(({ leaseExpiresAt }) => leaseExpiresAt)).toEqual(['2026-11-24T02:00:00.000Z']);
  });

  test('takes volumes of tasks that outlived their lease, and leaves those of a running drill', async () => {
    const deleted: string[] = [];
    const volume = (what: string, of: string, leaseExpiresAt = expired) => ({
      ...{ what, drillId: of, leaseExpiresAt },
      remove: async () => void deleted.push(what),
    });
    const leftovers = [
      ...[volume('vol-left', 'ended'), volume('vol-busy', 'at-work')],
      volume('vol-new', 'ended', '2999-01-01T00:00:00.000Z'),
    ];

    const swept = await sweep(new RdsAccount(), {
      running: ['at-work'],
      volumes: { leftovers: async () => leftovers },
    });

    expect(deleted).toEqual(['vol-left']);
    expect(swept.removed).toMatchObject([{ what: 'vol-left', drillId: 'ended' }]);
    expect(swept.kept.map(({ what }) => what)).toEqual(['vol-busy', 'vol-new']);
  });

  test('sweeps the rest when one kind cannot be listed, and then fails by name', async () => {
    const account = new RdsAccount(anInstance({ TagList: over }));
    account.fail('DescribeDBSnapshots', awsError('AccessDenied', 'not you'));

    await expect(sweep(account)).rejects.toMatchObject({
      name: 'TEARDOWN_FAILED',
      message: expect.stringContaining('snapshots (AccessDenied: not you)'),
    });
    expect(account.instances.get(sandboxId)?.DBInstanceStatus).toBe('deleting');
  });
});
