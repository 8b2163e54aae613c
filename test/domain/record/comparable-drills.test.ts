import { describe, expect, test } from 'vitest';
import { comparableDrills } from '../../../lib/domain/record/comparable-drills.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { withForecast } from '../../../lib/domain/record/with-forecast.ts';
import { aFailedRecord, aFinding, aRecord, aRecordedDump } from '../../support/records.ts';

const at = (month: number) => new Date(Date.UTC(2026, 0, 1) + 30 * month * 86_400_000).toISOString();
const drill = (month: number, given: Partial<DrillRecord> = {}) =>
  aRecord({
    ...{ drillId: `drill-${month}`, startedAt: at(month), sandbox: 'rds', server: 'db.m7g.large' },
    ...given,
  });
const restored = aRecord().restore!;
const reasons = (...records: DrillRecord[]) => comparableDrills(records, 'rds', at(50)).leftOut;

describe('a drill is compared with those before it', () => {
  test('in the order of time, each once, and none that came later', () => {
    const { measurements } = comparableDrills(
      [drill(2), drill(0), drill(1), drill(2), drill(9)],
      'rds',
      at(3),
    );
    expect(measurements.map(({ drillId }) => drillId)).toEqual(['drill-0', 'drill-1', 'drill-2']);
  });

  test.each([
    { of: 'a real restore', given: { mode: 'restore' }, says: /real restore/ },
    { of: 'another kind of sandbox', given: { sandbox: 'task' }, says: /another kind of sandbox/ },
    { of: 'another size of server', given: { server: 'db.m7g.xlarge' }, says: /another server/ },
    { of: 'other connections', given: { restore: { ...restored, connections: 4 } }, says: /another server/ },
    {
      of: 'another major',
      given: { restore: { ...restored, serverVersion: '16.1' } },
      says: /another server/,
    },
    {
      of: 'another kind of dump',
      given: { dump: aRecordedDump({ format: 'plain, gzip' }) },
      says: /kind of backup/,
    },
    {
      of: 'a failed check',
      given: { verdict: 'NOT_PROVEN', findings: aFailedRecord().findings },
      says: /in part only/,
    },
    {
      of: 'no check at all',
      given: { rto: { ...aRecord().rto, actualSeconds: null } },
      says: /in part only/,
    },
  ] as { of: string; given: Partial<DrillRecord>; says: RegExp }[])(
    'but not with one of $of',
    ({ given, says }) => {
      expect(reasons(drill(0, given), drill(1))).toEqual([
        { drills: 1, reason: expect.stringMatching(says) },
      ]);
    },
  );

  test.each([
    {
      of: 'a missed objective',
      given: { verdict: 'NOT_PROVEN', findings: [aFinding('RTO_MISSED', 'too slow')] },
    },
    {
      of: 'a later version of the format',
      given: { dump: aRecordedDump({ format: 'custom archive 1.16' }) },
    },
    { of: 'a later minor', given: { restore: { ...restored, serverVersion: '15.19' } } },
    { of: 'a release of ours', given: { software: { version: '0.2.0', node: '22.1.0' } } },
  ] as { of: string; given: Partial<DrillRecord> }[])('also with one of $of', ({ given }) => {
    expect(reasons(drill(0, given), drill(1))).toEqual([]);
  });

  test('also where an older release did not say what it ran on', () => {
    const { sandbox: _sandbox, server: _server, ...old } = drill(0);
    expect(reasons(old, drill(1))).toEqual([]);
  });
});

describe('what a drill says', () => {
  test('is the sum of its parts, with indexes apart, and without the teardown', () => {
    const [measured] = comparableDrills(
      [
        drill(0, {
          restore: { ...restored, indexSeconds: 60 },
          phases: [
            ...aRecord().phases,
            { name: 'Tear down sandbox', startedAt: at(0), seconds: 200 },
            { name: 'Wait for a free slot', startedAt: at(0), seconds: 900 },
          ],
        }),
      ],
      'rds',
      at(1),
    ).measurements;
    expect(
      measured?.parts.map(({ name, seconds, amount }) => [name, Math.round(10 * seconds) / 10, amount]),
    ).toEqual([
      ['Select dump', 0.4, null],
      ['Restore dump into sandbox', 90, 12_345_678],
      ['Indexes, keys and constraints', 60, 12_345_678],
      ['Run checks', 30, 12_345_678],
      ['Between the steps', 3.6, null],
    ]);
    expect(measured?.size).toBe(12_345_678);
  });

  test('is by rows where nobody knows the bytes', () => {
    const unknown = drill(0, { dump: aRecordedDump({ bytes: 0 }), phases: [] });
    expect(comparableDrills([unknown], 'rds', at(1)).measurements[0]?.size).toBe(49_324);
  });
});

describe('a record', () => {
  const growing = (count: number) =>
    Array.from({ length: count }, (_unused, month) =>
      drill(month, {
        dump: aRecordedDump({ bytes: (1 + 0.1 * month) * 1e9 }),
        phases: [
          { name: 'Provision sandbox', startedAt: at(month), seconds: 300 },
          { name: 'Restore dump into sandbox', startedAt: at(month), seconds: 2000 * (1 + 0.1 * month) },
        ],
        rto: { targetSeconds: 3600, actualSeconds: 300 + 2000 * (1 + 0.1 * month), lastProvenSeconds: null },
      }),
    );
  const sealed = (count: number, given: Partial<DrillRecord> = {}) => {
    const records = growing(count);
    return withForecast({ ...records.at(-1)!, ...given }, records.slice(0, -1));
  };

  test('warns of an objective that growth will break, by day and with its reason, and stays PROVEN', () => {
    const record = sealed(6);
    expect(record.verdict).toBe('PROVEN');
    expect(record.findings).toMatchInlineSnapshot(`
      [
        {
          "code": "RTO_AT_RISK",
          "hint": "Nothing is missed yet. Enlarge the sandbox or the connections, archive old data, or change the objective before it is.",
          "message": "by the forecast of 6 drills the recovery passes its objective of 1 h about 2026-07-15; one drill in ten may miss it from 2026-06-30 on",
          "severity": "warning",
        },
      ]
    `);
  });

  test('does not warn where there is no objective, or one that holds', () => {
    const rto = (targetSeconds: number | null) => ({ rto: { ...growing(6).at(-1)!.rto, targetSeconds } });
    expect(sealed(6, rto(null)).findings).toEqual([]);
    expect(sealed(6, rto(7200)).findings).toEqual([]);
  });

  test('of three drills says that it takes four', () => {
    expect(sealed(3).forecast).toMatchObject({
      next: null,
      drills: 3,
      not: expect.stringContaining('needs 4'),
    });
    expect(sealed(3).findings).toEqual([]);
  });

  test('that proves nothing has the forecast, and no further warning', () => {
    const failed = sealed(6, { verdict: 'NOT_PROVEN', findings: aFailedRecord().findings });
    expect(failed.findings).toEqual(aFailedRecord().findings);
    expect(failed.forecast).toMatchObject({ drills: 5, next: expect.anything() });
  });

  test('of a real restore, and of a drill that came to no sandbox, has none', () => {
    expect(sealed(6, { mode: 'restore' }).forecast).toBeUndefined();
    const { sandbox: _sandbox, ...refused } = growing(6).at(-1)!;
    expect(withForecast(refused, growing(5)).forecast).toBeUndefined();
  });
});
