import { describe, expect, test } from 'vitest';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { neverHours, type WatchPorts, watchDatabase } from '../../lib/steps/watch-database.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { aRecord } from '../support/records.ts';

const now = new Date('2026-11-20T03:00:00.000Z');
const clock = { now: () => now, sleep: async () => {} };

/** A database with three nightly dumps, the newest of 18 November at 2 o'clock, and an objective of one hour. */
function thePorts(given: Partial<WatchPorts> = {}): WatchPorts {
  const { ports } = inMemoryPorts();
  const { database, databases } = ports.configuration;
  const objectives = { rtoSeconds: 3600, rpoSeconds: null };
  return {
    ...ports,
    clock,
    configuration: { databases, database: (name) => ({ ...database(name), objectives }) },
    ...given,
  };
}

const valuesOf = async (ports: WatchPorts) =>
  Object.fromEntries((await watchDatabase('shop', ports)).map(({ metric, value }) => [metric, value]));

/** Proven drills, a month apart, each slower than the one before. */
const growing = (seconds: number[]) =>
  seconds.map((actualSeconds, index) =>
    aRecord({
      verdict: 'PROVEN',
      startedAt: new Date(Date.parse('2026-07-01T03:00:00Z') + index * 30 * 86_400_000).toISOString(),
      rto: { targetSeconds: 3600, actualSeconds, lastProvenSeconds: null },
    }),
  );

describe('the watch over one database', () => {
  test('measures from the end of the last proven drill, and the newest dump that a drill would take', async () => {
    const ledger = {
      lastProven: async () => aRecord({ endedAt: '2026-11-19T03:00:00.000Z' }),
      history: async () => [],
    };

    expect(await valuesOf(thePorts({ ledger }))).toEqual({
      HoursSinceProven: 24,
      NewestDumpAgeHours: 49,
      RtoForecastMissed: 0,
    });
  });

  test('counts a database that was never proven from the first time it was watched', async () => {
    const ports = thePorts();
    expect((await valuesOf(ports)).HoursSinceProven).toBe(0);

    const later = { ...clock, now: () => new Date(now.getTime() + 5 * 3_600_000) };

    expect((await valuesOf({ ...ports, clock: later })).HoursSinceProven).toBe(5);
  });

  test.each<[string, string, string, number]>([
    ['a moment of the future', 'shop_20620101T020000Z.sql.gz', '2026-11-20T02:05:00.000Z', 49],
    ['an upload before its name', 'shop_20261119T020000Z.sql.gz', '2026-11-10T03:00:00.000Z', 240],
  ])('sees moments as a drill does: %s', async (_, key, modifiedAt, hours) => {
    const { ports } = inMemoryPorts();
    const openStore: WatchPorts['openStore'] = async (source) => {
      const opened = await ports.openStore(source);
      const list = async function* () {
        yield* opened.store.list();
        yield { key, sizeBytes: 1000, modifiedAt };
      };
      return { ...opened, store: { ...opened.store, list } };
    };

    expect((await valuesOf(thePorts({ openStore }))).NewestDumpAgeHours).toBe(hours);
  });

  test('warns of a recovery time that will exceed its objective within three months, and of no later one', async () => {
    const forecastOf = async (seconds: number[]) => {
      const ledger = { lastProven: async () => null, history: async () => growing(seconds) };
      return (await valuesOf(thePorts({ ledger }))).RtoForecastMissed;
    };

    expect(await forecastOf([2400, 2700, 3000, 3300])).toBe(1);
    expect(await forecastOf([2400, 2700, 3000, 3700])).toBe(1);
    expect(await forecastOf([600, 610, 620, 630])).toBe(0);
    expect(await forecastOf([2400, 2400, 2400, 2400])).toBe(0);
  });

  test('takes what it cannot read for the worst, and still reads the rest', async () => {
    const openStore = () =>
      Promise.reject(new DrillError('DUMP_UNREADABLE', 'no access', { hint: 'Grant s3:ListBucket.' }));
    const ledger = {
      lastProven: () => Promise.reject(new Error('throttled')),
      history: async () => growing([600, 610, 620]),
    };

    const gauges = await watchDatabase('shop', thePorts({ openStore, ledger }));

    expect(gauges).toEqual([
      { metric: 'HoursSinceProven', value: neverHours, problem: expect.any(Error) },
      { metric: 'NewestDumpAgeHours', value: neverHours, problem: expect.any(DrillError) },
      { metric: 'RtoForecastMissed', value: 0, problem: null },
    ]);
  });
});
