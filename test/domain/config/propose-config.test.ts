import { describe, expect, test } from 'vitest';
import { isMigrationName } from '../../../lib/domain/checks/asking/known-migrations.ts';
import { parseConfig } from '../../../lib/domain/config/index.ts';
import { generousAge } from '../../../lib/domain/config/propose-checks.ts';
import { type ProposalFacts, proposeConfig, proposedRto } from '../../../lib/domain/config/propose-config.ts';
import { proposeNames } from '../../../lib/domain/config/propose-pattern.ts';
import type { RestoredDatabase, RestoredTable } from '../../../lib/domain/config/restored-schema.ts';

const aTable = (changes: Partial<RestoredTable> = {}): RestoredTable => ({
  schema: 'public',
  name: 'orders',
  rows: 1001,
  moments: [],
  emailColumns: [],
  foreignKeys: 0,
  uniqueConstraints: 0,
  ...changes,
});
const aDatabase = (changes: Partial<RestoredDatabase> = {}): RestoredDatabase => ({
  name: 'shop',
  tables: [aTable()],
  migrations: [],
  ...changes,
});
const facts = (changes: Partial<ProposalFacts> = {}): ProposalFacts => ({
  database: 'shop',
  source: { kind: 'folder', path: 'dumps/shop_20261118T020000Z.sql.gz' },
  passphraseEnv: null,
  restoredInSeconds: 200,
  restore: {},
  restored: [aDatabase()],
  dumpKey: 'shop_20261118T020000Z.sql.gz',
  dumpMoment: '2026-11-18T02:00:00.000Z',
  dumpMomentToleranceSeconds: 300,
  ...changes,
});
const parsed = (text: string) => {
  const result = parseConfig(text);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.config.databases;
};
const checksOf = (changes: Partial<RestoredDatabase>) =>
  parsed(proposeConfig(facts({ restored: [aDatabase(changes)] }))).shop?.checks ?? [];
const settingsOf = (kind: string, changes: Partial<RestoredDatabase>) =>
  checksOf(changes)
    .filter((check) => check.kind === kind)
    .map(({ settings }) => settings);

describe('the proposed drills.yaml', () => {
  test('asks for half of the rows of larger tables and parses without problems', () => {
    expect(settingsOf('rows', { tables: [aTable(), aTable({ name: 'kinds', rows: 4 })] })).toEqual([
      { table: 'public.orders', min: 500 },
    ]);
  });

  test('takes the moment of writing that is newest, and never one that lies in the future', () => {
    const moments = [
      { column: 'created_at', newest: '2026-11-17T22:00:00.000Z' },
      { column: 'starts_at', newest: '2026-11-18T01:59:00.000Z' },
      { column: 'updated_at', newest: '2027-11-18T00:00:00.000Z' },
    ];
    expect(settingsOf('freshness', { tables: [aTable({ moments })] })).toEqual([
      { table: 'public.orders', column: 'created_at', maxAge: '26h' },
    ]);
  });

  test('only suggests a freshness that is months old', () => {
    const tables = [aTable({ moments: [{ column: 'created_at', newest: '2025-01-01T00:00:00.000Z' }] })];
    expect(settingsOf('freshness', { tables })).toEqual([]);
    expect(proposeConfig(facts({ restored: [aDatabase({ tables })] }))).toMatch(/# - \{ freshness:/);
  });

  test('quotes names as SQL would', () => {
    expect(settingsOf('tables', { tables: [aTable({ name: 'Order "x"' })] })).toEqual([
      ['public."Order ""x"""'],
    ]);
  });

  test('asks for the migration head it saw, or for their number where there is no single head', () => {
    const seen = {
      tool: 'Knex',
      schema: 'public',
      table: 'knex_migrations',
      column: 'name',
      where: null,
      asks: 'head' as const,
      applied: 3,
    };
    const migrations = [
      { ...seen, newest: '003_more.js' },
      { ...seen, newest: null },
    ];
    expect(settingsOf('migrations', { migrations })).toEqual([
      { table: 'public.knex_migrations', column: 'name', head: '003_more.js' },
      { table: 'public.knex_migrations', count: { atLeast: 3 } },
    ]);
  });

  test('names the database of each check when there are several', () => {
    const config = parsed(
      proposeConfig(facts({ restored: [aDatabase({ name: 'a' }), aDatabase({ name: 'b' })] })),
    );
    expect(new Set(config.shop?.checks.map(({ database }) => database))).toEqual(new Set(['a', 'b']));
  });

  test('leaves uniqueness and objectives to the owner, as comments', () => {
    const text = proposeConfig(
      facts({ restored: [aDatabase({ tables: [aTable({ emailColumns: ['email'] })] })] }),
    );
    expect(text).toMatch(/# - \{ unique: \{ table: public\.orders, on: lower\(email\) \} \}/);
    expect(text).toContain('# objectives: { rto: 15m, rpo: 24h }');
    expect(parsed(text).shop?.objectives).toEqual({ rtoSeconds: null, rpoSeconds: null });
  });
});

describe('where the dumps of one lie', () => {
  test.each([
    ['a/shop_20261118T020000Z.sql.gz', 'a', 'shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz'],
    ['a/vlvt_backup_2026-01-26_03-00-00.sql.gz', 'a', 'vlvt_backup_{timestamp:YYYY-MM-DD_HH-mm-ss}.sql.gz'],
    ['p/20261118/all-20261118-095822.sql.gz', 'p', '*/all-{timestamp:YYYYMMDD-HHmmss}.sql.gz'],
    ['guestguard_2025-12-20.sql.gz', '', 'guestguard_{timestamp:YYYY-MM-DD}.sql.gz'],
    ['a/latest.dump', 'a', 'latest.dump'],
  ])('%s', (path, folder, pattern) => {
    expect(proposeNames(path)).toMatchObject({ folder, pattern });
  });
});

test.each([
  [0, '26h'],
  [20 * 3600, '2d'],
  [5 * 86_400, '14d'],
  [400 * 86_400, '1095d'],
])('an age of %i s is allowed to grow to %s', (seconds, expected) => {
  expect(generousAge(seconds)).toBe(expected);
});

test.each([
  [3, '5m'],
  [200, '15m'],
  [1000, '90m'],
  [10_000, '12h'],
  [null, '4h'],
])('a restore of %s s suggests an RTO of %s', (seconds, expected) => {
  expect(proposedRto(seconds)).toBe(expected);
});

test.each([
  ['20240101_init', true],
  ['1.2.3', true],
  ['alice@example.org', false],
  ['two words', false],
])('%s can be the name of a migration: %s', (value, expected) => {
  expect(isMigrationName(value)).toBe(expected);
});
