import { beforeEach, describe, expect, test } from 'vitest';
import { recordDigest } from '../../../lib/adapters/seals/record-digest.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import type { Ledger } from '../../../lib/ports/ledger.ts';
import { aFailedRecord, anUnverifiedRecord, aRecord } from '../../support/records.ts';

/** What a ledger is made of for one test. */
export interface LedgerSurroundings {
  now(): Date;
  /** Configured databases. */
  databases: readonly string[];
}

const start = new Date('2026-03-01T03:00:00.000Z');
const day = (number: number) => `2026-03-${String(number).padStart(2, '0')}T03:00:00.000Z`;

/**
 * What every ledger must do, whatever it is kept in. `fresh` gives a function that opens the same empty ledger as often
 * as it is called: each opening stands for another process.
 */
export function describeLedgerContract(
  name: string,
  fresh: () => Promise<(surroundings: LedgerSurroundings) => Ledger>,
): void {
  describe(`${name} keeps the contract of a ledger:`, () => {
    let now = start;
    let open: () => Ledger;

    beforeEach(async () => {
      now = start;
      const opened = await fresh();
      open = () => opened({ now: () => now, databases: ['shop', 'crm'] });
    });

    const lockFor = (drillId: string, minutes = 60, database = 'shop') => ({
      database,
      drillId,
      leaseExpiresAt: new Date(now.getTime() + minutes * 60_000).toISOString(),
    });

    test('gives back what was sealed, newest first, whole', async () => {
      const [first, second] = [
        aRecord({ drillId: 'a', startedAt: day(1), cost: { estimatedUsd: 1.25, actualUsd: 0.1 } }),
        aFailedRecord({ drillId: 'b', startedAt: day(2) }),
      ];
      await open().seal(first);
      await open().seal(second);
      expect(await open().history({ limit: 10 })).toMatchObject([second, first]);
      expect(await open().history({ limit: 1 })).toMatchObject([second]);
      expect(await open().show('a')).toEqual({ ...first, previous: null });
    });

    test('links each record to the one of its database that was sealed before', async () => {
      await open().seal(aRecord({ drillId: 'a', startedAt: day(2) }));
      await open().seal(aRecord({ drillId: 'of another', database: 'crm', startedAt: day(2) }));
      // Begun before, sealed after: as it is cleaned up.
      await open().seal(aRecord({ drillId: 'b', startedAt: day(1) }));
      await open().seal(aRecord({ drillId: 'b', operator: 'again', startedAt: day(1) }));
      await open().seal(aFailedRecord({ drillId: 'c', startedAt: day(3) }));
      const linkOf = async (drillId: string) => (await open().show(drillId))?.previous;
      const digestOf = async (drillId: string) => recordDigest((await open().show(drillId)) as DrillRecord);
      expect(await linkOf('a')).toBeNull();
      expect(await linkOf('of another')).toBeNull();
      expect(await linkOf('b')).toEqual({ drillId: 'a', sha256: await digestOf('a') });
      expect(await linkOf('c')).toEqual({ drillId: 'b', sha256: await digestOf('b') });
    });

    test('lets no two records follow the same one, however many are sealed at once', async () => {
      await open().seal(aRecord({ drillId: 'first', startedAt: day(1) }));
      const others = ['p', 'q', 'r', 's'];
      await Promise.all(others.map((drillId) => open().seal(aRecord({ drillId, startedAt: day(2) }))));
      const links = (await open().history({ limit: 10 })).map(({ previous }) => previous?.drillId ?? null);
      expect(links).toHaveLength(5);
      expect(new Set(links).size).toBe(5);
    });

    test('is empty before the first seal', async () => {
      expect(await open().history({ limit: 10 })).toEqual([]);
      expect(await open().history({ database: 'shop', limit: 10 })).toEqual([]);
      expect(await open().show('a')).toBeNull();
      expect(await open().lastProven('shop')).toBeNull();
    });

    test('keeps the first record of a drill when it is sealed twice', async () => {
      await open().seal(aRecord({ drillId: 'a', operator: 'first' }));
      await open().seal(aRecord({ drillId: 'a', operator: 'second' }));
      expect((await open().history({ limit: 10 })).map(({ operator }) => operator)).toEqual(['first']);
      expect((await open().show('a'))?.operator).toBe('first');
    });

    test('keeps one record when a drill is sealed by many at once', async () => {
      await Promise.all(Array.from({ length: 6 }, () => open().seal(aRecord({ drillId: 'a' }))));
      expect(await open().history({ limit: 10 })).toHaveLength(1);
    });

    test('loses none of the records that are sealed at once', async () => {
      const ids = Array.from({ length: 8 }, (_, number) => `d${number}`);
      await Promise.all(
        ids.map((drillId, number) => open().seal(aRecord({ drillId, startedAt: day(number + 1) }))),
      );
      const found = (await open().history({ limit: 20 })).map(({ drillId }) => drillId);
      expect(found.sort()).toEqual(ids);
    });

    test('tells the history of one database from that of another', async () => {
      await open().seal(aRecord({ drillId: 'a', startedAt: day(1) }));
      await open().seal(aRecord({ drillId: 'b', startedAt: day(2), database: 'crm' }));
      await open().seal(anUnverifiedRecord({ drillId: 'c', startedAt: day(3), database: 'unknown' }));
      const ids = async (database?: string) =>
        (await open().history({ ...(database === undefined ? {} : { database }), limit: 10 })).map(
          ({ drillId }) => drillId,
        );
      expect(await ids('shop')).toEqual(['a']);
      expect(await ids('crm')).toEqual(['b']);
      expect(await ids()).toEqual(['c', 'b', 'a']);
    });

    test('takes the verdict alone for proof: an older dump that holds, or a failure, is none', async () => {
      await open().seal(aRecord({ drillId: 'old', startedAt: day(1) }));
      await open().seal(aRecord({ drillId: 'good', startedAt: day(2) }));
      await open().seal(aFailedRecord({ drillId: 'bad', startedAt: day(3) }));
      await open().seal(
        aFailedRecord({ drillId: 'walked back', startedAt: day(4), provenDump: 'postgres/older.dump' }),
      );
      await open().seal(aRecord({ drillId: 'other', startedAt: day(5), database: 'crm' }));
      expect((await open().lastProven('shop'))?.drillId).toBe('good');
      expect(await open().lastProven('nothing')).toBeNull();
    });

    test('counts a real restore that proved its dump as proof', async () => {
      await open().seal(aRecord({ drillId: 'drill', startedAt: day(1) }));
      await open().seal(aRecord({ drillId: 'restore', startedAt: day(2), mode: 'restore' }));
      expect((await open().lastProven('shop'))?.drillId).toBe('restore');
    });

    test('keeps names that hold every awkward character', async () => {
      const record = aRecord({
        database: 'shop',
        operator: 'a\u2028b\nc\rd\u2029\u0000"#|é漢😀',
        notTested: ['x'.repeat(5000)],
      });
      await open().seal(record);
      expect(await open().show(record.drillId)).toMatchObject(record);
    });

    test('refuses to seal what it could not read again', async () => {
      const broken = aRecord({ phases: [{ name: 'Judge', startedAt: day(1), seconds: Number.NaN }] });
      await expect(open().seal(broken)).rejects.toMatchObject({ code: 'INTERNAL_ERROR', fault: 'us' });
      expect(await open().history({ limit: 5 })).toEqual([]);
    });

    test('locks against another drill of the same database only', async () => {
      expect(await open().lock(lockFor('a'))).toEqual({ taken: true });
      expect(await open().lock(lockFor('b'))).toEqual({ taken: false, heldBy: lockFor('a') });
      expect(await open().lock(lockFor('b', 60, 'crm'))).toEqual({ taken: true });
    });

    test('lets the drill that holds a lock take it again, with its new lease', async () => {
      await open().lock(lockFor('a', 1));
      expect(await open().lock(lockFor('a', 90))).toEqual({ taken: true });
      expect(await open().lock(lockFor('b'))).toEqual({ taken: false, heldBy: lockFor('a', 90) });
    });

    test('lets a lock go for its own drill and for no other', async () => {
      await open().lock(lockFor('a'));
      await open().unlock('shop', 'b');
      expect(await open().lock(lockFor('b'))).toMatchObject({ taken: false });
      await open().unlock('shop', 'a');
      expect(await open().lock(lockFor('b'))).toEqual({ taken: true });
      await open().unlock('never locked', 'b');
    });

    test('does not hold a lock whose lease has ended', async () => {
      await open().lock(lockFor('a', 10));
      now = new Date(start.getTime() + 10 * 60_000);
      expect(await open().lock(lockFor('b'))).toMatchObject({ taken: true });
      expect(await open().lock(lockFor('c'))).toMatchObject({ taken: false, heldBy: { drillId: 'b' } });
    });

    test('gives a lock to one of many that want it at once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, number) => open().lock(lockFor(`d${number}`))),
      );
      expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
    });

    test('gives an ended lock to one of many that want it at once', async () => {
      await open().lock(lockFor('dead', 1));
      now = new Date(start.getTime() + 2 * 60_000);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, number) => open().lock(lockFor(`d${number}`))),
      );
      expect(answers.filter(({ taken }) => taken)).toHaveLength(1);
    });
  });
}
