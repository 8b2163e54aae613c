import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { nextRange } from '../../../lib/domain/checks/asking/sequence-catalog.ts';
import { renderCheckTable } from '../../../lib/domain/checks/check-table.ts';
import {
  checkConfigSchema,
  checkKind,
  checkKinds,
  notTestedByChecks,
  planChecks,
} from '../../../lib/domain/checks/registry.ts';
import { findingRegistry } from '../../../lib/domain/findings/findings.ts';
import { aContext, anAccount, anEntry, announced, aTable, configured } from './builders.ts';

const problemsOf = (entry: unknown) => {
  const parsed = checkConfigSchema.safeParse(entry);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

describe('a check of drills.yaml', () => {
  test('names its kind, database and timeout', () => {
    expect(configured({ tables: ['a'], database: 'shop', statementTimeout: '2m' })).toEqual({
      kind: 'tables',
      settings: ['a'],
      database: 'shop',
      statementTimeoutSeconds: 120,
    });
  });

  test.each([
    ['an unknown kind', { colour: 'red' }, 'unknown check `colour`'],
    ['no kind', { database: 'shop' }, 'a check names one of'],
    ['two kinds', { tables: ['a'], login: { role: 'r' } }, 'this one names tables and login'],
    ['no object', 'tables', 'a check is an object with one of'],
    ['rows without bounds', { rows: { table: 'a' } }, '`rows` needs'],
    ['rows with bounds crossed', { rows: { table: 'a', min: 5, max: 4 } }, '`min` is greater than `max`'],
    ['a drop that is no share', { rows: { table: 'a', maxDrop: 'much' } }, '`maxDrop` is a share'],
    ['a drop above all', { rows: { table: 'a', maxDrop: '101%' } }, '`maxDrop` is at most 100%'],
    [
      'a duration without unit',
      { freshness: { query: 'select 1', maxAge: '24' } },
      'a duration is a number with a unit',
    ],
    ['freshness of neither', { freshness: { table: 'a', maxAge: '1h' } }, 'needs either'],
    [
      'freshness of both',
      { freshness: { table: 'a', column: 'b', query: 'select 1', maxAge: '1h' } },
      'needs either',
    ],
    ['digits that YAML loses', { sql: { name: 'a', query: 'b', expect: { atLeast: 2 ** 53 } } }, 'expect'],
    [
      'an unknown expectation',
      { sql: { name: 'a', query: 'b', expect: { like: 'c' } } },
      '`expect` is a value',
    ],
    [
      'migrations by query and table',
      { migrations: { query: 'a', expected: 1, table: 'b' } },
      'takes only `expected`',
    ],
    ['migrations without expectation', { migrations: { table: 'b' } }, '`migrations` needs `head`'],
    ['migrations without a column', { migrations: { table: 'b', head: '1' } }, 'need `column`'],
    [
      'a password in place of a name',
      { login: { role: 'a', passwordEnv: 'p4ss word!' } },
      'name of an environment variable',
    ],
    ['an unknown setting', { unique: { table: 'a', on: 'b', speed: 1 } }, 'speed'],
  ])('is refused with %s', (_what, entry, message) => {
    expect(problemsOf(entry).join('\n')).toContain(message);
  });

  test('stays as written, so that parsing it twice is safe', () => {
    const entry = { rows: { table: 'a', maxDrop: '5%' } };
    expect(configured({ rows: configured(entry).settings })).toEqual(configured(entry));
  });

  test('has a JSON Schema', () => {
    expect(Object.keys(z.toJSONSchema(checkConfigSchema, { io: 'input' }).properties ?? {})).toContain(
      'freshness',
    );
  });
});

describe('planned checks', () => {
  const large = aContext({
    account: anAccount({
      announced: Array.from({ length: 3000 }, (_, index) =>
        announced('TABLE', `table_with_a_rather_long_name_${index}`),
      ),
      tables: Array.from({ length: 3000 }, (_, index) =>
        aTable(`table_with_a_rather_long_name_${index}`, index),
      ),
      entries: Array.from({ length: 1000 }, (_, index) =>
        anEntry('MATERIALIZED VIEW DATA', `view_with_a_rather_long_name_${index}`),
      ),
    }),
    configured: [configured({ tables: ['a'] }), configured({ tables: ['b'] })],
  });

  test('are below 32 KB each, have unique ids, and survive JSON', () => {
    const planned = planChecks(large);

    expect(Math.max(...planned.map((check) => JSON.stringify(check).length))).toBeLessThan(32_000);
    expect(new Set(planned.map(({ id }) => id)).size).toBe(planned.length);
    for (const check of planned)
      expect(checkKind(check.kind).parseParams(JSON.parse(JSON.stringify(check.params)))).toEqual(
        check.params,
      );
  });

  test('leave out no object and no table', () => {
    const planned = planChecks(large);
    const items = (kind: string, key: string) =>
      planned
        .filter((check) => check.kind === kind)
        .flatMap((check) => (check.params as Record<string, unknown[]>)[key] ?? []).length;

    expect([items('objects', 'objects'), items('rowCounts', 'tables'), items('matviews', 'views')]).toEqual([
      3000, 3000, 1000,
    ]);
  });

  test('count a very large table by itself', () => {
    const tables = [aTable('small', 1), aTable('huge', 900_000_000), aTable('tiny', 2)];
    const planned = planChecks(aContext({ account: anAccount({ tables }) })).filter(
      ({ kind }) => kind === 'rowCounts',
    );

    expect(planned.map(({ name }) => name)).toEqual(['row counts 1/3', 'row counts 2/3', 'row counts 3/3']);
  });

  test('ask each database of a cluster by its name in the sandbox', () => {
    const databases = [
      { dumpName: 'demo', name: 'demo' },
      { dumpName: 'postgres', name: 'postgres_1' },
    ];
    const account = anAccount({
      databases,
      tables: [aTable('a', 1, { database: 'postgres' }), aTable('b', 2, { database: 'demo' })],
    });
    const planned = planChecks(aContext({ account })).filter(({ kind }) => kind === 'rowCounts');

    expect(planned.map(({ database, name }) => [database, name])).toEqual([
      ['demo', 'row counts in demo'],
      ['postgres_1', 'row counts in postgres_1'],
    ]);
  });

  test('do not count what the policy left out, but say so', () => {
    const entries = [
      anEntry('TABLE DATA', 'job', {
        schema: 'cron',
        outcome: { status: 'skipped by policy', rule: 'pg_cron' },
      }),
    ];
    const context = aContext({
      account: anAccount({ entries, tables: [aTable('job', 3, { schema: 'cron' })] }),
    });

    expect(planChecks(context).filter(({ kind }) => kind === 'rowCounts')).toEqual([]);
    expect(notTestedByChecks(context)).toContain('Row counts of tables that the policy left out: cron.job.');
  });
});

describe('an all-empty database', () => {
  const kind = checkKind('dataPresent');
  test.each([
    ['empty tables here, none elsewhere', 0, { tables: 3, filled: false, refused: [] }, 'failed'],
    ['no table at all', 0, { tables: 0, filled: false, refused: [] }, 'failed'],
    ['rows in another database of the cluster', 7, { tables: 0, filled: false, refused: [] }, 'passed'],
    ['a row', 0, { tables: 3, filled: true, refused: [] }, 'passed'],
    [
      'tables that cannot be read',
      0,
      { tables: 1, filled: false, refused: [{ table: 'a', reason: 'b' }] },
      'could not run',
    ],
  ])('%s', (_what, rowsElsewhere, observation, status) => {
    expect(kind.judge({ rowsElsewhere }, observation).status).toBe(status);
  });
});

describe('what was not tested', () => {
  test('names each kind that is not configured', () => {
    expect(notTestedByChecks(aContext()).join('\n')).toMatch(
      /freshness.*migrations.*tables.*rows.*sql or unique.*login/is,
    );
  });

  test.each([
    ['without any proven drill', null, true],
    ['without that table in it', { 'public.other': 5 }, true],
    ['with that table in it', { 'public.bookings': 5 }, false],
  ])('names maxDrop %s', (_what, lastProvenRows, named) => {
    const context = aContext({
      configured: [configured({ rows: { table: 'bookings', maxDrop: '5%' } })],
      lastProvenRows,
    });
    expect(notTestedByChecks(context).some((sentence) => sentence.includes('bookings'))).toBe(named);
  });

  test('names the password when only the right to log in was looked at', () => {
    expect(
      notTestedByChecks(aContext({ configured: [configured({ login: { role: 'app' } })] })).join(),
    ).toContain('password of role app');
  });

  test('names types of objects that nobody knows', () => {
    const account = anAccount({ announced: [announced('QUANTUM INDEX', 'q')] });
    expect(notTestedByChecks(aContext({ account })).join()).toContain('QUANTUM INDEX');
  });
});

describe('a sequence’s next numbers', () => {
  const use = { increment: 1n, minimum: 1n, maximum: 10n, cycles: false };
  test.each([
    ['5 called', use, [6n, 10n]],
    ['5 fresh', use, [5n, 10n]],
    ['10 called', use, null],
    ['10 called', { ...use, cycles: true }, [1n, 1n]],
    ['5 called', { ...use, increment: -2n }, [1n, 3n]],
    ['1 called', { ...use, increment: -1n, cycles: true }, [10n, 10n]],
  ] as const)('%s', (state, sequence, range) => {
    const next = nextRange(sequence, state);
    expect(next === null ? null : [next.low, next.high]).toEqual(range);
  });
});

describe('the documentation', () => {
  test('in docs/checks.md is what the registry says', () => {
    expect(readFileSync(join(resolve(import.meta.dirname, '../../..'), 'docs/checks.md'), 'utf8')).toBe(
      renderCheckTable(),
    );
  });

  test('names only findings that exist', () => {
    const unknown = checkKinds.flatMap(({ findings }) =>
      findings.filter((code) => !(code in findingRegistry)),
    );
    expect(unknown).toEqual([]);
  });
});
