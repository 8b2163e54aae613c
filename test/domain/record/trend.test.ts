import { describe, expect, test } from 'vitest';
import { phaseSpeeds, rtoTrend } from '../../../lib/domain/record/trend.ts';
import { aRecord } from '../../support/records.ts';

const proven = (seconds: number | null) =>
  aRecord({ rto: { targetSeconds: null, actualSeconds: seconds, lastProvenSeconds: null } });

describe('the trend of the recovery time', () => {
  test.each([
    { before: 100, now: 151, slower: true, because: 'more than 1.5 times and 30 s' },
    { before: 100, now: 150, slower: false, because: 'exactly 1.5 times is not more' },
    { before: 10, now: 40, slower: false, because: 'exactly 30 s is not more' },
    { before: 10, now: 40.5, slower: true, because: '30.5 s longer' },
    { before: 3600, now: 3700, slower: false, because: '100 s of an hour is noise' },
    { before: 100, now: 20, slower: false, because: 'it was faster' },
    { before: 0, now: 31, slower: true, because: 'the last took no time' },
  ])('$before s then $now s: $because', ({ before, now, slower }) => {
    expect(rtoTrend(now, proven(before)).map(({ code }) => code)).toEqual(slower ? ['RTO_SLOWER'] : []);
  });

  test('says nothing when either time is not known', () => {
    expect(rtoTrend(500, null)).toEqual([]);
    expect(rtoTrend(null, proven(10))).toEqual([]);
    expect(rtoTrend(500, proven(null))).toEqual([]);
  });

  test('is a warning that names both times', () => {
    expect(rtoTrend(600, proven(180))).toMatchInlineSnapshot(`
      [
        {
          "code": "RTO_SLOWER",
          "hint": "See the phases for where the time went.",
          "message": "the recovery took 10 min; in the proven drill of 2026-03-01 it took 3 min",
          "severity": "warning",
        },
      ]
    `);
  });
});

test('speeds are given per phase, and only where something was counted', () => {
  const at = '2026-03-01T03:00:00Z';
  const phases = [
    { name: 'Restore dump into sandbox', startedAt: at, seconds: 4, bytes: 1000, rows: 20 },
    { name: 'Judge', startedAt: at, seconds: 1 },
    { name: 'Select dump', startedAt: at, seconds: 0, bytes: 5 },
  ];
  expect(
    phaseSpeeds(phases).map(({ bytesPerSecond, rowsPerSecond }) => [bytesPerSecond, rowsPerSecond]),
  ).toEqual([
    [250, 5],
    [null, null],
    [null, null],
  ]);
});
