import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { type PastDrills, pastDrills } from '../../lib/domain/record/past-drills.ts';
import { aFinding, aRecord, aRecordedDump } from './records.ts';

const day = 86_400_000;

/** Names and first sizes of the tables of a shop. */
const shop: [string, number][] = [
  ['addresses', 61_204],
  ['carts', 18_940],
  ['customers', 48_120],
  ['invoices', 402_118],
  ['order_items', 1_204_511],
  ['orders', 412_870],
  ['payments', 398_004],
  ['products', 3120],
  ['reviews', 71_334],
  ['stock_movements', 2_310_448],
];

/** The checks of a dump, as its drill recorded them. */
const shopChecks: DrillRecord['checks'] = [
  [
    'holds data',
    'dataPresent',
    'at least one row',
    '10 tables, at least one of them with a row',
    'user tables but those of migration tools',
    31,
  ],
  [
    'objects exist',
    'objects',
    '147 objects',
    '147 objects, 0 missing',
    'constraint, default of, foreign key, function, index and 9 more',
    412,
  ],
  [
    'extensions are installed',
    'extensions',
    'pg_trgm, pgcrypto',
    'pg_trgm 1.6, pgcrypto 1.3',
    '2 extensions of the backup',
    12,
  ],
  [
    'row counts',
    'rowCounts',
    '4,930,669 rows',
    '4,930,669 rows',
    '10 tables: public.addresses, public.carts, public.customers, public.invoices, public.order_items and 5 more',
    9320,
  ],
  [
    'foreign keys have no orphans',
    'foreignKeysHold',
    '0 orphans',
    '0 orphans in 14 foreign keys',
    'every foreign key of the catalog',
    18_204,
  ],
  [
    'unique indexes hold',
    'uniqueIndexes',
    '0 keys that occur more than once',
    'every unique index is valid',
    'unique indexes that are not valid: a valid one was built over the restored rows',
    20,
  ],
  [
    'sequences are not behind',
    'sequences',
    'no sequence would hand out a number that its column holds',
    '0 of 9 sequences behind',
    'every sequence that numbers a column',
    64,
  ],
  [
    'rows of public.orders',
    'rows',
    'at least 100,000 rows; at most 5% fewer than the 409,104 of the last proven drill',
    '412,870 rows',
    'public.orders',
    88,
  ],
  [
    'newest row of public.orders',
    'freshness',
    'not older than 1 d at the moment of the dump',
    '1 min 29 s old',
    'public.orders.placed_at',
    7,
  ],
].map(([name, kind, expected, actual, scope, durationMs]) => ({
  ...{ id: name, name, kind, status: 'passed', durationMs, expected, actual },
  scope: `main: ${scope}`,
})) as DrillRecord['checks'];

/** The weekly drills of a shop that grows, one of them failed; the newest last. */
export function weeklyDrills(count = 20, database = 'shop'): DrillRecord[] {
  const last = Date.parse('2026-11-23T03:00:00.000Z');
  return Array.from({ length: count }, (_unused, place) => {
    const start = last - (count - 1 - place) * 7 * day;
    const at = (seconds: number) => new Date(start + seconds * 1000).toISOString();
    const grown = 1 + place * 0.018;
    const wave = 1 + 0.04 * Math.sin(place * 1.7);
    const rto = Math.round(1510 * grown * wave);
    const failed = place === count - 6;
    const load = rto - 320;
    return aRecord({
      drillId: `drill-${at(0).slice(0, 10).replaceAll('-', '')}-030000-${(4096 + place * 257).toString(16)}`,
      database,
      startedAt: at(0),
      asOf: at(0),
      endedAt: at(rto + 214),
      verdict: failed ? 'NOT_PROVEN' : 'PROVEN',
      checks: shopChecks.map((check) =>
        failed && check.kind === 'foreignKeysHold'
          ? { ...check, status: 'failed', actual: '12 orphans in 14 foreign keys' }
          : check,
      ),
      ...(failed
        ? {
            provenDump: null,
            findings: [
              aFinding('FK_ORPHANS', '12 rows of public.orders point to missing rows of public.customers'),
            ],
          }
        : {}),
      dump: aRecordedDump({
        key: `postgres/${database}_${at(-3600).slice(0, 19).replaceAll(/[-:]/g, '')}Z.dump`,
        bytes: Math.round(412_000_000 * grown),
        consistencyPoint: at(-3600),
        nameTimestamp: at(-3600),
        uploadedAt: at(-3350),
      }),
      tables: shop.map(([name, rows], table) => {
        const now = Math.round(rows * (1 + place * 0.004 * (table + 1)));
        return { database, schema: 'public', name, rows: now, expected: now };
      }),
      restore: {
        engine: 'native',
        connections: 4,
        serverVersion: '16.9',
        entriesRestored: 212,
        entriesChanged: 1,
        entriesSkipped: 3,
        entriesFailed: 0,
        exceptions: [
          {
            database,
            type: 'EXTENSION',
            name: 'pg_cron',
            status: 'skipped by policy',
            reason: 'server-extension',
          },
          {
            database,
            type: 'COMMENT',
            name: 'EXTENSION pgcrypto',
            status: 'skipped by policy',
            reason: 'comment-not-ours',
          },
        ],
        rowsLoaded: 4_930_669,
        bytesRead: Math.round(412_000_000 * grown),
      },
      phases: [
        { name: 'Select dump', startedAt: at(1), seconds: 2.1 },
        { name: 'Plan sandbox', startedAt: at(4), seconds: 1.4 },
        { name: 'Provision sandbox', startedAt: at(6), seconds: 268 },
        {
          name: 'Restore dump into sandbox',
          startedAt: at(280),
          seconds: load,
          bytes: Math.round(412_000_000 * grown),
          rows: 4_930_669,
        },
        { name: 'Plan checks', startedAt: at(280 + load), seconds: 1.2 },
        { name: 'Run checks', startedAt: at(283 + load), seconds: 37 },
        { name: 'Judge', startedAt: at(rto + 1), seconds: 0.6 },
        { name: 'Tear down sandbox', startedAt: at(rto + 4), seconds: 205 },
      ],
      rto: { targetSeconds: 2400, actualSeconds: rto, lastProvenSeconds: rto - 31 },
      rpo: {
        targetSeconds: 86_400,
        actualSeconds: 3689,
        dumpPoint: at(-3600),
        uploadEnd: at(-3350),
        newestRow: at(-3689),
        worstCaseSeconds: 86_650,
      },
      cost: { estimatedUsd: 0.21, actualUsd: 0.19 },
    });
  });
}

/** The newest of some weekly drills, with those before it. */
export function newestWithPast(drills = weeklyDrills()): { record: DrillRecord; past: PastDrills } {
  const record = drills.at(-1) as DrillRecord;
  return { record, past: pastDrills(record, drills) };
}

/** A record that is large in every way: so many tables, findings, checks, exceptions, steps and sentences, each with this name. */
export function aHugeRecord(count: number, name: string): DrillRecord {
  const places = [...Array(count).keys()];
  return aRecord({
    verdict: 'NOT_PROVEN',
    database: name,
    drillId: name,
    operator: name,
    findings: places.map((place) =>
      aFinding('FK_ORPHANS', `${name}${place}`, { hint: `${name}${place}`, check: name }),
    ),
    checks: places.map((place) => ({
      name: `${name}${place}`,
      kind: name,
      status: 'failed',
      durationMs: place,
      ...{ expected: name, actual: name, scope: name },
    })),
    tables: places.map((place) => ({
      database: 'shop',
      schema: 'public',
      name: `${name}${place}`,
      rows: place,
      expected: place,
    })),
    attempts: places.map((place) => ({
      key: `${name}${place}`,
      verdict: 'NOT_PROVEN',
      findingCodes: [name],
    })),
    restore: {
      engine: 'native',
      connections: 1,
      serverVersion: name,
      entriesRestored: 1,
      entriesChanged: 0,
      entriesSkipped: count,
      entriesFailed: 0,
      exceptions: places.map((place) => ({
        database: name,
        type: name,
        name: `${name}${place}`,
        status: 'failed',
        reason: `${name}${place}`,
      })),
      rowsLoaded: 1,
      bytesRead: 1,
    },
    phases: places.map((place) => ({
      name: `${name}${place}`,
      startedAt: '2026-03-01T03:00:00.000Z',
      seconds: place,
    })),
    notTested: places.map((place) => `${name}${place}`),
    teardown: { confirmed: false, detail: name },
  });
}
