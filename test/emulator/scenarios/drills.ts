import { describe, expect, test } from 'vitest';
import { backupBucket, cutDump, orphanedDump, wholeDump, witnessOf } from '../support/databases.ts';
import { expectSealed } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** Drills as the schedule starts them. */
export function drillScenarios(world: () => World): void {
  describe('a drill', () => {
    test('of a whole dump ends SUCCEEDED and PROVEN, and leaves its evidence and nothing else', async () => {
      const key = await world().backUp('shop', wholeDump());

      const execution = await world().account.start(
        { database: 'shop', operator: 'schedule' },
        'drill-proven',
      );
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), { id: 'drill-proven', database: 'shop', verdict: 'PROVEN' });
      expect(record.dump?.key).toBe(key);
      expect(record.provenDump).toBe(key);
      expect(record.teardown.confirmed).toBe(true);
      expect(record.tables.find(({ name }) => name === 'customers')?.rows).toBe(250);
      expect(record.checks.map(({ status }) => status)).not.toContain('failed');
      expect(record.rto.actualSeconds).toBeGreaterThan(0);
      const proven = await world().account.item('database#shop', 'proven');
      expect(proven).not.toBeNull();
    });

    test('of a dump that ends in the middle ends FAILED, with its finding as the cause', async () => {
      await world().backUp('broken', cutDump());

      const execution = await world().account.start({ database: 'broken' }, 'drill-cut');
      const ended = await world().account.ended(execution);

      expect(ended.status).toBe('FAILED');
      expect(ended.error).toBe('NOT_PROVEN');
      const record = await expectSealed(world(), {
        id: 'drill-cut',
        database: 'broken',
        verdict: 'NOT_PROVEN',
      });
      expect(record.findings.map(({ code }) => code)).toContain('DUMP_TRUNCATED');
      expect(await world().account.item('database#broken', 'proven')).toBeNull();
    });

    test('goes back to the dump before, and is not proven by it', async () => {
      const older = await world().backUp('walk-back', wholeDump(), 5);
      const newest = await world().backUp('walk-back', orphanedDump(), 1);

      const execution = await world().account.start({ database: 'walk-back' }, 'drill-back');
      const ended = await world().account.ended(execution);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'NOT_PROVEN' });
      const record = await expectSealed(world(), {
        id: 'drill-back',
        database: 'walk-back',
        verdict: 'NOT_PROVEN',
      });
      expect(record.attempts.map((attempt) => [attempt.key, attempt.verdict])).toEqual([
        [newest, 'NOT_PROVEN'],
        [older, 'PROVEN'],
      ]);
      expect(record.provenDump).toBe(older);
    });

    test('is compared with the witness that lies beside its dump', async () => {
      const drill = async (id: string, hoursAgo: number, witness: Buffer | null) => {
        const key = await world().backUp('witnessed', wholeDump(), hoursAgo);
        if (witness !== null) await world().account.putDump(backupBucket, `${key}.witness.json`, witness);
        await world().account.ended(await world().account.start({ database: 'witnessed' }, id));
        const verdict = id.endsWith('differs') ? 'NOT_PROVEN' : 'PROVEN';
        return expectSealed(world(), { id, database: 'witnessed', verdict });
      };
      const first = await drill('drill-alone', 5, null);
      const witnessed = ['customers', 'orders', 'order_lines', 'products'];
      const rows = new Map(
        first.tables.flatMap(({ name, rows }) => (witnessed.includes(name) ? [[name, rows] as const] : [])),
      );
      const compared = await drill('drill-equals', 3, witnessOf(rows));
      const differs = await drill('drill-differs', 1, witnessOf(new Map([...rows, ['customers', 251]])));

      expect(first.witness).toBeUndefined();
      expect(compared.witness).toMatchObject({ tables: 4, rows: 2990 });
      expect(differs.findings).toContainEqual(
        expect.objectContaining({
          code: 'CONTENT_DIFFERS',
          message: expect.stringContaining('shop.customers'),
        }),
      );
    });

    test('tells nothing of the rows, the password or the token in what the console shows', async () => {
      const execution = await world().account.start({ database: 'shop' }, 'drill-silent');
      await world().account.ended(execution);

      const shown = JSON.stringify(await world().account.history(execution));
      expect(shown).not.toMatch(/@example\.(com|org)/);
      expect(shown).not.toMatch(/"password"|X-Amz-Signature/i);
      expect(Buffer.byteLength(shown)).toBeGreaterThan(1000);
    });
  });
}
