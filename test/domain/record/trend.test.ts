import { describe, expect, test } from 'vitest';
import { forecastRto, phaseSpeeds, rtoTrend } from '../../../lib/domain/record/trend.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';

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

describe('the forecast of the recovery time', () => {
  const drills = (...seconds: (number | null)[]) =>
    seconds.map((actualSeconds, month) =>
      aRecord({
        startedAt: new Date(Date.UTC(2026, 0, 1 + 30 * month)).toISOString(),
        rto: { targetSeconds: null, actualSeconds, lastProvenSeconds: null },
      }),
    );

  test('needs three proven records', () => {
    expect(forecastRto(drills(10, 20), 100)).toEqual({ outcome: 'too few records', records: 2 });
    expect(forecastRto([], 100)).toEqual({ outcome: 'too few records', records: 0 });
    const failed = aFailedRecord({ startedAt: '2026-06-01T00:00:00Z' });
    expect(forecastRto([...drills(10, 20), failed], 100)).toMatchObject({ outcome: 'too few records' });
    expect(forecastRto(drills(10, 20, null), 100)).toMatchObject({ outcome: 'too few records' });
  });

  test('does not count three records of one moment as three', () => {
    expect(forecastRto([...drills(10), ...drills(10), ...drills(11)], 100)).toMatchObject({
      outcome: 'too few records',
    });
  });

  test('draws the line on to the objective, whatever the order of the records', () => {
    const expected = { outcome: 'exceeds', records: 3, at: '2026-05-01T00:00:00.000Z' };
    expect(forecastRto(drills(10, 20, 30), 50)).toMatchObject(expected);
    expect(forecastRto(drills(10, 20, 30).reverse(), 50)).toMatchObject(expected);
  });

  test.each([
    { seconds: [30, 20, 10], target: 50, outcome: 'not growing' },
    { seconds: [10, 10, 10], target: 50, outcome: 'not growing' },
    { seconds: [10, 20, 60], target: 50, outcome: 'already exceeded' },
    { seconds: [10, 90, 5, 80, 40], target: 1000, outcome: 'no clear trend' },
    { seconds: [10, 11, 12], target: 3600, outcome: 'not within the horizon' },
  ])('$seconds against $target s: $outcome', ({ seconds, target, outcome }) => {
    expect(forecastRto(drills(...seconds), target).outcome).toBe(outcome);
  });
});
