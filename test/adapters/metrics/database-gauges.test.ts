import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { gaugesOf, neverHours } from '../../../lib/adapters/metrics/database-gauges.ts';
import type { DatabaseFacts, DrillFacts } from '../../../lib/domain/watch/facts.ts';

const now = '2026-11-20T03:00:00.000Z';

const factsOf = (drills: Partial<DrillFacts> = {}): DatabaseFacts => ({
  drills: {
    outcome: 'read',
    value: {
      provenAt: '2026-11-19T03:00:00.000Z',
      firstWatchedAt: '2026-01-01T03:00:00.000Z',
      lastDrill: null,
      ...drills,
    },
  },
  newestDump: { outcome: 'read', value: { key: 'shop.dump', moment: '2026-11-20T01:00:00.000Z' } },
  archive: null,
});
const valuesOf = (facts: DatabaseFacts): Record<string, number> =>
  Object.fromEntries(gaugesOf(facts, now).map(({ metric, value }) => [metric, value]));

describe('the hourly gauges of a database', () => {
  test('say when it was last proven, how old its newest dump is, and whether its RTO is at risk', () => {
    expect(valuesOf(factsOf())).toEqual({
      HoursSinceProven: 24,
      NewestDumpAgeHours: 2,
      RtoForecastMissed: 0,
    });
    const at = '2026-12-20T03:00:00.000Z';
    const rtoBreak = { certainty: 'likely', at, earliestAt: at } as const;
    expect(valuesOf(factsOf({ rtoBreak }))).toHaveProperty('RtoForecastMissed', 1);
  });

  test('are the worst that there is where nothing could be read', () => {
    const unreadable = { outcome: 'unreadable', reason: 'AccessDenied' } as const;
    expect(valuesOf({ drills: unreadable, newestDump: unreadable, archive: null })).toEqual({
      HoursSinceProven: neverHours,
      NewestDumpAgeHours: neverHours,
      RtoForecastMissed: 1,
    });
  });

  test('cost what docs/configuration.md says: 0.30 USD a month each', () => {
    // docs/facts.md#prices-of-what-is-asked-for
    const usd = (gaugesOf(factsOf(), now).length * 0.3).toFixed(2);
    expect(readFileSync('docs/configuration.md', 'utf8')).toContain(
      `CloudWatch metrics of each database, ${usd} USD a month for each database`,
    );
  });
});
