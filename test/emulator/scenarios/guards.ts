import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { CreateDBInstanceCommand, DeleteDBInstanceCommand } from '@aws-sdk/client-rds';
import { describe, expect, test } from 'vitest';
import { sandboxIdFor } from '../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { masterRole, tagKeys } from '../../../lib/contract/names.ts';
import type { WatchMemory } from '../../../lib/ports/watching.ts';
import { until } from '../support/account.ts';
import { backupBucket, wholeDump } from '../support/databases.ts';
import { type MetricLine, metricsOf } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

/** What watches over drills, run as its schedule runs it. */
export function guardScenarios(world: () => World): void {
  describe('the sweeper', () => {
    const make = (DBInstanceIdentifier: string, tags: Record<string, string>) =>
      world().rds.send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier,
          DBInstanceClass: 'db.t4g.medium',
          Engine: 'postgres',
          MasterUsername: masterRole,
          AllocatedStorage: 20,
          Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
        }),
      );

    test('removes what outlived its lease, counts it, and leaves every neighbour alone', async () => {
      const leaked = sandboxIdFor(stackName, 'drill-leaked');
      const expired = {
        [tagKeys.stack]: stackName,
        [tagKeys.drill]: 'drill-leaked',
        [tagKeys.lease]: '2026-01-01T00:00:00.000Z',
      };
      await make(leaked, expired);
      await make('orders-production', {});
      // All three tags on a name that no drill gives: somebody copied them.
      await make('restore-drill-copied', expired);

      await world().sweep();

      const left = await until(30, 'the sweep', async () => {
        const { instances } = await world().account.leftovers();
        return instances.includes(leaked) ? null : instances;
      });
      expect(left).toEqual(expect.arrayContaining(['orders-production', 'restore-drill-copied']));
      const report = await world().account.item('watch#sweep', 'sweep');
      expect(report?.outlived?.L).toHaveLength(1);
      expect(JSON.stringify(report)).toContain('drill-leaked');
      for (const DBInstanceIdentifier of ['orders-production', 'restore-drill-copied'])
        await world().rds.send(
          new DeleteDBInstanceCommand({ DBInstanceIdentifier, SkipFinalSnapshot: true }),
        );
    });
  });

  describe('the watch', () => {
    test('sends one gauge, and tells people by name what needs attention', async () => {
      await world().backUp('typed', wholeDump(), 3);

      await world().account.invoke(`${stackName}-watch`, {});

      const [gauge] = (await metricsOf(world(), 'watch')) as (MetricLine & { Attention?: number })[];
      expect(gauge?.Stack).toBe(stackName);
      // Drills that failed in other scenarios, and what the sweeper has just removed.
      expect(gauge?.Attention).toBeGreaterThan(0);
      const memory = await world().account.item('watch#memory', 'memory');
      expect(memory?.memory?.B?.length).toBeGreaterThan(0);
    });

    test('tells when drills in one kind of sandbox stopped, and when the archive of WAL did', async () => {
      const segment = 'watched/wal/000000010000000000000002';
      await world().account.putDump(backupBucket, segment, Buffer.alloc(1));
      await world().account.invoke(`${stackName}-watch`, {});
      // Sixty days pass for the drills in instances, three seconds for the archive.
      const memory = await watchMemory();
      const since = memory.databases.watched?.drills?.facts.inKinds?.rds;
      if (since === undefined) throw new Error('the watch does not look at kinds apart');
      since.scheduledSince = new Date(Date.now() - 60 * 24 * 3_600_000).toISOString();
      await rememberAsWatch(memory);
      await sleep(3000);

      await world().account.invoke(`${stackName}-watch`, {});

      const { told } = await watchMemory();
      const ofWatched = told.filter(({ database }) => database === 'watched');
      expect(ofWatched.map(({ kind }) => kind).sort()).toEqual(['archiveStopped', 'provenOverdue']);
      const messages = world()
        .front.calls.filter(({ door, service }) => door === `${stackName}-watch` && service === 'sns')
        .map(({ input }) => String(input.Message));
      expect(messages.join()).toMatch(/Never proven in rds since it was first watched/);
      expect(messages.join()).not.toContain('Never proven in task');
      expect(messages.join()).toContain(`The newest archived WAL, ${segment}, came`);
    });

    async function watchMemory(): Promise<WatchMemory> {
      const item = await world().account.item('watch#memory', 'memory');
      return JSON.parse(gunzipSync(item?.memory?.B ?? Buffer.alloc(0)).toString()) as WatchMemory;
    }

    async function rememberAsWatch(memory: WatchMemory): Promise<void> {
      const Item = await world().account.item('watch#memory', 'memory');
      await world().account.dynamo.send(
        new PutItemCommand({
          TableName: world().account.output('LedgerTable'),
          Item: { ...Item, memory: { B: gzipSync(JSON.stringify(memory)) } },
        }),
      );
    }
  });
}
