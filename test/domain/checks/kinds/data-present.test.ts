import { describe, expect, test } from 'vitest';
import { isBookkeeping } from '../../../../lib/domain/checks/asking/known-migrations.ts';
import { checkKind } from '../../../../lib/domain/checks/registry.ts';
import type { TableAccount } from '../../../../lib/domain/recovery/restore-account.ts';
import { aContext, anAccount, anEntry, aTable } from '../builders.ts';

describe('an all-empty database', () => {
  const kind = checkKind('dataPresent');
  test.each([
    [
      'empty tables here, none elsewhere',
      0,
      { tables: 3, bookkeeping: 0, filled: false, refused: [] },
      'failed',
    ],
    ['no table at all', 0, { tables: 0, bookkeeping: 0, filled: false, refused: [] }, 'failed'],
    [
      'rows in another database of the cluster',
      7,
      { tables: 0, bookkeeping: 0, filled: false, refused: [] },
      'passed',
    ],
    ['a row', 0, { tables: 3, bookkeeping: 0, filled: true, refused: [] }, 'passed'],
    [
      'tables that cannot be read',
      0,
      { tables: 1, bookkeeping: 0, filled: false, refused: [{ table: 'a', reason: 'b' }] },
      'could not run',
    ],
  ])('%s', (_what, rowsElsewhere, observation, status) => {
    expect(kind.judge(kind.parseParams({ rowsElsewhere }), observation).status).toBe(status);
  });

  test.each<[string, boolean, object, string]>([
    ['a schema-only dump', true, { tables: 3, bookkeeping: 1 }, 'schema-only dump'],
    [
      'rows of migration tools alone',
      false,
      { tables: 3, bookkeeping: 1 },
      'all 3 tables, but for those of migration tools, are empty',
    ],
    [
      'no table but those of migration tools',
      false,
      { tables: 0, bookkeeping: 2 },
      'no table after the restore but those of migration tools',
    ],
    ['no table at all', true, { tables: 0, bookkeeping: 0 }, 'no table at all'],
  ])('is told as what it is: %s', (_what, definitionsOnly, seen, words) => {
    const { findings } = kind.judge(kind.parseParams({ rowsElsewhere: 0, definitionsOnly }), {
      filled: false,
      refused: [],
      ...seen,
    });
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringContaining(words),
    ]);
  });

  test.each([
    [true, 'Other findings'],
    [false, 'which database'],
  ])('without any table says where to look (tables failed: %s)', (tablesFailed, words) => {
    const params = kind.parseParams({ rowsElsewhere: 0, definitionsOnly: true, tablesFailed });
    const { findings } = kind.judge(params, { tables: 0, bookkeeping: 0, filled: false, refused: [] });
    expect(findings[0]?.hint).toContain(words);
  });

  test.each<[string, TableAccount[], string]>([
    ['every row of the dump is of such a table', [aTable('places', 7, { rowsLoaded: 0 })], 'could not run'],
    [
      'a table that needs none was not filled either',
      [aTable('places', 7, { rowsLoaded: 0 }), aTable('orders', 3, { rowsLoaded: 0 })],
      'failed',
    ],
    ['the dump holds no row of it', [aTable('places', 0)], 'failed'],
  ])('is the lack of an extension only where %s', (_what, tables, status) => {
    const lack = anEntry('TABLE', 'places', {
      outcome: { status: 'failed', sqlState: '42704', message: 'no type', failure: 'missing extension' },
    });
    const [planned] = kind.plan(aContext({ account: anAccount({ entries: [lack], tables }) }));
    const empty = { tables: 1, bookkeeping: 0, filled: false, refused: [] };
    expect(kind.judge(kind.parseParams(planned?.params), empty).status).toBe(status);
  });

  test('is not filled by migrations, wherever a tool keeps them', () => {
    for (const name of [
      'schema_migrations',
      'alembic_version',
      'flyway_schema_history',
      'ar_internal_metadata',
      'pgmigrations',
    ])
      expect(isBookkeeping(name)).toBe(true);
    expect(isBookkeeping('orders')).toBe(false);
  });
});
