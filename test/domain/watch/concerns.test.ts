import { describe, expect, test } from 'vitest';
import { concernsOf } from '../../../lib/domain/watch/concerns.ts';
import type { DatabaseFacts, DrillFacts } from '../../../lib/domain/watch/facts.ts';
import { aConfig } from '../../infra/support/configs.ts';

const now = '2026-11-20T03:00:00.000Z';
const ago = (days: number): string => new Date(Date.parse(now) - days * 86_400_000).toISOString();

const configOf = (lines: string) => {
  const { databases } = aConfig(`databases: { shop: { ${lines} } }`);
  return databases.shop!;
};
const factsOf = (drills: Partial<DrillFacts>, archive: DatabaseFacts['archive'] = null): DatabaseFacts => ({
  drills: {
    outcome: 'read',
    value: { provenAt: ago(0.5), firstWatchedAt: ago(400), lastDrill: null, rtoBreak: null, ...drills },
  },
  newestDump: null,
  archive,
});
const said = (lines: string, facts: DatabaseFacts): string[] =>
  concernsOf('shop', configOf(lines), facts, now).map(({ kind, says }) => `${kind}: ${says}`);

describe('drills that stopped in one kind of sandbox', () => {
  const both =
    'source: { bucket: acme }, schedule: [{ cron: daily, sandbox: task }, { cron: monthly, sandbox: rds }]';
  const inKinds = (rds: string | null, task: string | null) => ({
    inKinds: {
      rds: { provenAt: rds, scheduledSince: ago(400) },
      task: { provenAt: task, scheduledSince: ago(400) },
    },
  });

  test('are told although those in another kind go on', () => {
    expect(said(both, factsOf(inKinds(ago(40), ago(0.5))))).toEqual([
      expect.stringMatching(/^provenOverdue: Not proven in rds for 40 d.*; 32 d 1 h are allowed\.$/),
    ]);
    expect(said(both, factsOf(inKinds(ago(5), ago(3))))).toEqual([
      expect.stringMatching(/^provenOverdue: Not proven in task for 3 d/),
    ]);
  });

  test('are told together where both stopped, and not at all where neither did', () => {
    const [told] = said(both, factsOf(inKinds(null, ago(3))));
    expect(told).toMatch(/Never proven in rds .* Not proven in task/);
    expect(said(both, factsOf(inKinds(ago(31), ago(1))))).toEqual([]);
  });

  test('are waited for from the moment that they were scheduled', () => {
    const fresh = {
      inKinds: {
        rds: { provenAt: null, scheduledSince: ago(2) },
        task: { provenAt: ago(1), scheduledSince: ago(2) },
      },
    };
    expect(said(both, factsOf(fresh))).toEqual([]);
  });

  test('are not told apart where all are scheduled in one kind: any proof counts', () => {
    const one = 'source: { bucket: acme }, schedule: [{ cron: daily }, { cron: monthly }]';
    expect(said(one, factsOf({ provenAt: ago(1) }))).toEqual([]);
    expect(said(one, factsOf({ provenAt: ago(3) }))).toHaveLength(1);
  });
});

describe('an archive of WAL', () => {
  const source = (more = '') => `source: { bucket: acme, physical: { wal: { prefix: wal/ } ${more} } }`;
  const promised = `${source()}, objectives: { rpo: 5m }`;
  const seen = (minutesAgo: number | null): DatabaseFacts =>
    factsOf(
      {},
      {
        outcome: 'read',
        value: {
          newest:
            minutesAgo === null
              ? null
              : { key: 'wal/000000010000000000000012', archivedAt: ago(minutesAgo / 1440) },
          lookedAt: now,
        },
      },
    );

  test('has stopped when its newest file is older than the RPO and a quarter of an hour', () => {
    expect(said(promised, seen(20))).toEqual([]);
    expect(said(promised, seen(21))).toEqual([
      'archiveStopped: The newest archived WAL, wal/000000010000000000000012, came 21 min ago; 20 min are allowed.',
    ]);
  });

  test('has the time that drills.yaml gives it', () => {
    const patient = `${source(', maxLag: 8h')}, objectives: { rpo: 5m }`;
    expect(said(patient, seen(479))).toEqual([]);
    expect(said(patient, seen(481))).toHaveLength(1);
  });

  test('is told when it holds nothing, or cannot be listed', () => {
    expect(said(promised, seen(null))).toEqual(['archiveStopped: There is no archived WAL at all.']);
    const refused = factsOf({}, { outcome: 'unreadable', reason: 'AccessDenied' });
    expect(said(promised, refused)).toEqual([
      'archiveStopped: Its archived WAL cannot be listed (AccessDenied).',
    ]);
  });

  test('is not asked where nobody promised anything, and of dumps', () => {
    expect(said(source(), seen(10_000))).toEqual([]);
    expect(said('source: { bucket: acme }, objectives: { rpo: 20h }', seen(10_000))).toEqual([]);
  });
});
