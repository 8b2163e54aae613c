import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { until } from '../support/account.ts';
import { linksOf, open } from '../support/approval-links.ts';
import { backupBucket, cutDump, type DatabaseName, wholeDump } from '../support/databases.ts';
import type { ServersTree } from '../support/servers-tree.ts';
import { expectNothingLeft, expectSealed } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** Drills whose server runs inside the restore task, and what is carried from there into an instance. */
export function insideScenarios(world: () => World, servers: () => ServersTree): void {
  async function start(input: { database: DatabaseName } & Record<string, unknown>, id: string) {
    world().fargate.runInside(id, servers().tree);
    return world().account.start(input, id);
  }

  /** The backup job wrote a base backup, and the server archived its WAL. */
  async function archive(database: DatabaseName): Promise<void> {
    const { archived } = servers();
    const words = ['-czf', '-', '-C', archived, '--owner=0', '--group=0', 'base'];
    const base = execFileSync('tar', words, { maxBuffer: 256 * 1024 * 1024 });
    const stamp = new Date(Date.now() - 3_600_000)
      .toISOString()
      .replace(/[-:]/g, '')
      .replace(/\.\d+Z$/, 'Z');
    await world().account.putDump(backupBucket, `${database}/base_${stamp}.tar.gz`, base);
    for (const name of readdirSync(join(archived, 'wal'))) {
      const segment = gzipSync(readFileSync(join(archived, 'wal', name)));
      await world().account.putDump(backupBucket, `${database}/wal/${name}.gz`, segment);
    }
  }

  const noInstance = () =>
    expect(world().instances.identifiers.filter((name) => !world().handedOver.has(name))).toEqual([]);

  describe('a drill with its server inside the task', () => {
    test('of a dump proves it without any instance', async () => {
      await world().backUp('inside', wholeDump());

      const ended = await world().account.ended(await start({ database: 'inside' }, 'drill-inside'), 240);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        id: 'drill-inside',
        database: 'inside',
        verdict: 'PROVEN',
      });
      expect(record.tables.find(({ name }) => name === 'customers')?.rows).toBe(250);
      expect(record.restore?.serverVersion).toMatch(/^17\./);
      expect(record.notTested).toEqual(expect.arrayContaining([expect.stringMatching(/^RDS: /)]));
      expect(record.cost?.actualUsd).toBeLessThan(0.05);
      noInstance();
      expect(
        world().front.calls.filter(({ service, door }) => service === 'rds' && door === 'task:restore'),
      ).toEqual([]);
    });

    test('of a dump that ends in the middle is not proven, by its finding', async () => {
      await world().backUp('inside-broken', cutDump());

      const ended = await world().account.ended(
        await start({ database: 'inside-broken' }, 'drill-inside-cut'),
        240,
      );

      expect(ended).toMatchObject({ status: 'FAILED', error: 'NOT_PROVEN' });
      const record = await expectSealed(world(), {
        id: 'drill-inside-cut',
        database: 'inside-broken',
        verdict: 'NOT_PROVEN',
      });
      expect(record.findings.map(({ code }) => code)).toContain('DUMP_TRUNCATED');
    });

    test('that is aborted in the middle leaves no task and no lock, and is not verified', async () => {
      await world().backUp('inside-aborted', wholeDump());
      world().front.stalls.push(
        ({ door, command, input }) =>
          door.startsWith('task:') &&
          command === 'GetObject' &&
          String(input.Key).startsWith('inside-aborted/'),
      );
      const before = world().front.stalled.length;
      const executionArn = await start({ database: 'inside-aborted' }, 'drill-inside-aborted');
      await until(120, 'a restore in the middle', () =>
        Promise.resolve(world().front.stalled.length > before || null),
      );

      await world().account.sfn.send(
        new StopExecutionCommand({ executionArn, cause: 'a person stopped it' }),
      );

      await until(120, 'the clean-up', async () =>
        (await world().account.item('lock#inside-aborted', 'lock')) === null ? true : null,
      );
      await expectNothingLeft(world(), 'inside-aborted');
      const [record] = await world().account.records('inside-aborted');
      expect(record).toMatchObject({ drillId: 'drill-inside-aborted', verdict: 'COULD_NOT_VERIFY' });
    });

    test('of a base backup and its WAL proves every commit that was archived', async () => {
      await archive('archived');

      const ended = await world().account.ended(await start({ database: 'archived' }, 'drill-archived'), 240);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        id: 'drill-archived',
        database: 'archived',
        verdict: 'PROVEN',
      });
      expect(record.tables).toMatchObject([{ database: 'shop', name: 'marker', rows: 3 }]);
      noInstance();
    });
  });

  describe('hooks beside a server inside the task', () => {
    const checkOf = (record: DrillRecord, name: string) => record.checks.find((check) => check.name === name);

    test('migrate before the checks and try after them, in tasks of their own', async () => {
      await world().backUp('hooked', wholeDump());

      const ended = await world().account.ended(await start({ database: 'hooked' }, 'drill-hooked'), 300);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-hooked', database: 'hooked' },
        verdict: 'PROVEN',
      });
      for (const name of ['migration hook', 'smoke test', 'migrated', 'not tried yet'])
        expect(checkOf(record, name), name).toMatchObject({ status: 'passed' });
      expect(checkOf(record, 'smoke test')?.durationMs).toBeGreaterThan(0);
      expect(record.notTested.join()).not.toContain('containers of yours');
      noInstance();
    });

    test('tell nothing of a password in what ECS or the console shows', async () => {
      const started = world().fargate.started.filter(({ DRILL_ID }) => DRILL_ID === 'drill-hooked');

      expect(started.map(({ COMMAND }) => COMMAND)).toEqual(['restore', 'credentials', 'credentials']);
      for (const environment of started.slice(1))
        expect(Object.keys(environment).filter((name) => /PASS|SECRET|TOKEN/.test(name))).toEqual([]);
    });

    test('change what a base backup’s own roles own; one that fails is what the drill did not prove', async () => {
      await archive('hooked-archived');

      const ended = await world().account.ended(
        await start({ database: 'hooked-archived' }, 'drill-hooked-archived'),
        300,
      );

      expect(ended).toMatchObject({ status: 'FAILED', error: 'NOT_PROVEN' });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-hooked-archived', database: 'hooked-archived' },
        verdict: 'NOT_PROVEN',
      });
      for (const name of ['migration hook', 'migrated'])
        expect(checkOf(record, name), name).toMatchObject({ status: 'passed' });
      expect(record.findings).toContainEqual(
        expect.objectContaining({ code: 'HOOK_FAILED', message: expect.stringContaining('exit code 3') }),
      );
    });

    test('of a drill that is aborted end with it, also where only the request asked for the task', async () => {
      await world().backUp('hooked-aborted', wholeDump());
      const executionArn = await start(
        { database: 'hooked-aborted', sandbox: 'task' },
        'drill-hooked-aborted',
      );
      const runs = () =>
        world().fargate.started.some(
          ({ DRILL_ID, COMMAND }) => DRILL_ID === 'drill-hooked-aborted' && COMMAND === 'credentials',
        );
      await until(120, 'a hook', () => Promise.resolve(runs() || null));

      await world().account.sfn.send(
        new StopExecutionCommand({ executionArn, cause: 'a person stopped it' }),
      );

      await until(120, 'the clean-up', async () =>
        (await world().account.item('lock#hooked-aborted', 'lock')) === null ? true : null,
      );
      await expectNothingLeft(world(), 'hooked-aborted');
      const [record] = await world().account.records('hooked-aborted');
      expect(record).toMatchObject({ drillId: 'drill-hooked-aborted', verdict: 'COULD_NOT_VERIFY' });
    });
  });

  describe('a base backup and an instance', () => {
    test('are brought together: it is recovered inside the task and carried over', async () => {
      await archive('carried');

      const ended = await world().account.ended(await start({ database: 'carried' }, 'drill-carried'), 300);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        id: 'drill-carried',
        database: 'carried',
        verdict: 'PROVEN',
      });
      expect(record.tables).toMatchObject([{ database: 'shop', name: 'marker', rows: 3 }]);
    });

    test('a real restore goes back to the moment that was asked for, and is handed over', async () => {
      const { moment } = servers();
      const execution = await start(
        { mode: 'restore', database: 'carried', confirm: 'carried', at: moment },
        'restore-moment',
      );
      const { approve } = await linksOf(world(), 'restore-moment');
      await world().account.reached(execution, 'Await approval', 300);

      expect((await open(world(), approve, 'POST')).status).toBe(200);
      const ended = await world().account.ended(execution, 240);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const [record] = await world().account.records('carried');
      const identifier = record?.handOver?.sandboxId ?? '';
      world().handedOver.add(identifier);
      expect(record?.handOver?.complete).toBe(true);
      expect(record?.tables).toMatchObject([{ database: 'shop', name: 'marker', rows: 2 }]);
    });
  });
}
