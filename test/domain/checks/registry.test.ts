import { describe, expect, test } from 'vitest';
import { hookKind } from '../../../lib/domain/checks/asking/check.ts';
import { notTestedByChecks } from '../../../lib/domain/checks/not-tested.ts';
import { checkKind, kindTitle, planChecks } from '../../../lib/domain/checks/registry.ts';
import { aContext, anAccount, anEntry, announced, aTable, configured } from './builders.ts';

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

  test('have unique ids even when a name looks like the number of another one', () => {
    const asking = (name: string) => configured({ sql: { name, query: 'select 1', expect: 1 } });
    const planned = planChecks(aContext({ configured: [asking('a'), asking('a #2'), asking('a')] }));

    expect(planned.filter(({ kind }) => kind === 'sql').map(({ id }) => id)).toEqual([
      'sql: a',
      'sql: a #2',
      'sql: a #3',
    ]);
  });

  test('of ours are called what their kind is called', () => {
    const ours = planChecks(large).filter(({ kind }) => checkKind(kind).origin === 'built-in');

    expect(ours.length).toBeGreaterThan(10);
    expect(ours.filter(({ name, kind }) => !name.startsWith(kindTitle(kind)))).toEqual([]);
    expect(kindTitle(hookKind)).toBe('container of your own');
    expect(kindTitle('row counts of a release long gone')).toBe('row counts of a release long gone');
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
    expect(notTestedByChecks(context)).toContain('Row counts of tables that were left out: cron.job.');
  });
});

test('a kind that is not registered is a mistake of ours', () => {
  expect(() => checkKind('colour')).toThrow('there is no check of kind colour');
});
