import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckContext, LastProven } from '../../../lib/domain/checks/asking/check.ts';
import { checkKind } from '../../../lib/domain/checks/registry.ts';
import { aContext, anAccount, announced, aTable } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';
import { outcome, passed, runKind } from './running.ts';

const schema = `
create table customers (id serial primary key, name text unique);
create table orders (id int primary key, customer_id int references customers);
create table log (at date) partition by range (at);
create table log_2026 partition of log for values from ('2026-01-01') to ('2027-01-01');
create index on log (at);
insert into customers (name) select 'c' || n from generate_series(1, 100) n;
insert into log select '2026-05-01' from generate_series(1, 50);
`;

const account = anAccount({
  announced: ['customers', 'orders', 'log', 'log_2026'].map((name) => announced('TABLE', name)),
  tables: [aTable('customers', 100), aTable('log_2026', 50)],
});
const table = (name: string, rows: number, partitionOf?: string) => ({
  ...{ database: 'shop', schema: 'public', name, rows },
  ...(partitionOf === undefined ? {} : { partitionOf }),
});
const same: LastProven = {
  day: '2026-11-17',
  tables: [table('customers', 100), table('orders', 0), table('log_2026', 50, 'public.log')],
  objects: [],
  dump: { bytes: 1000, format: 'custom archive 1.14' },
};

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.masterDatabase('shop', schema);
});

const compared = async (lastProven: LastProven, overrides: Partial<CheckContext> = {}) => {
  const [result] = await runKind(
    server,
    'drift',
    aContext({
      account,
      lastProven,
      drift: { mode: 'warn', maxDropShare: 0.5, tables: {} },
      dump: { bytes: 1000, format: 'custom archive 1.14' },
      ...overrides,
    }),
  );
  return result;
};

describe('compared with the last proven drill', () => {
  test('the same database has lost nothing', async () => {
    expect(outcome(await compared(same))).toEqual(passed);
  });

  test('what the next drill is compared with is measured whether or not there is one before it', async () => {
    const first = aContext({ account, drift: { mode: 'warn', maxDropShare: 0.5, tables: {} } });
    expect(await runKind(server, 'drift', first)).toEqual([]);
    const [result] = await runKind(server, 'dataPresent', first);
    expect(outcome(result)).toEqual(passed);
    expect(result?.measured.objects).toMatchObject({ 'primary keys': 2, 'foreign keys': 1, indexes: 4 });
    expect(result?.measured.partitions).toEqual([
      { schema: 'public', name: 'log_2026', partitionOf: 'public.log' },
    ]);
  });

  test('tables that are gone, empty or short of rows are warnings with their names and numbers', async () => {
    const tables = [table('customers', 300), table('orders', 60), table('audit', 7)];
    const result = await compared({ ...same, tables });
    expect(outcome(result)).toEqual({
      status: 'passed',
      codes: ['TABLES_GONE', 'TABLES_EMPTIED', 'TABLES_SHRANK'],
    });
    expect(result?.findings.map(({ message }) => message)).toEqual([
      '1 table of the proven drill of 2026-11-17 is not in this backup: public.audit',
      '1 table that held rows in the proven drill of 2026-11-17 is empty: public.orders (60 rows)',
      '1 table lost more rows since the proven drill of 2026-11-17 than allowed: public.customers (300 rows, now 100)',
    ]);
    expect(result?.findings.map(({ severity }) => severity)).toEqual(['warning', 'warning', 'warning']);
  });

  test('with `drift: error` the same is an error', async () => {
    const result = await compared(
      { ...same, tables: [table('orders', 60)] },
      { drift: { mode: 'error', maxDropShare: 0.5, tables: {} } },
    );
    expect(outcome(result)).toEqual({ status: 'failed', codes: ['TABLES_EMPTIED'] });
  });

  test('with `drift: off` nothing is asked, so that no check passes for it, and the record says so', async () => {
    const off = { mode: 'off', maxDropShare: 0.5, tables: {} } as const;
    expect(await compared({ ...same, tables: [table('orders', 60)] }, { drift: off })).toBeUndefined();
    const context = aContext({ account, lastProven: same, drift: off });
    expect(checkKind('drift').notTested?.(context)).toEqual([expect.stringContaining('drift is off')]);
  });

  test('rows that the account does not see, but the database holds, are no loss', async () => {
    const blind = anAccount({ announced: account.announced, tables: [] });
    expect(outcome(await compared(same, { account: blind }))).toEqual(passed);
  });

  test('fewer keys and triggers are told by kind; more of anything is none of it', async () => {
    const objects = [
      { database: 'shop', kind: 'foreign keys', count: 3 },
      { database: 'shop', kind: 'triggers', count: 2 },
      { database: 'shop', kind: 'indexes', count: 1 },
    ];
    const result = await compared({ ...same, objects });
    expect(outcome(result)).toEqual({ status: 'passed', codes: ['OBJECTS_GONE'] });
    expect(result?.findings[0]?.message).toBe(
      'fewer objects than in the proven drill of 2026-11-17: foreign keys 3, now 1, triggers 2, now 0',
    );
  });

  test('a dump of half the size is told when nothing else explains it, and only within one format', async () => {
    const larger = { bytes: 2100, format: 'custom archive 1.14' };
    expect(outcome(await compared({ ...same, dump: larger }))).toMatchObject({ codes: ['DUMP_SHRANK'] });
    expect(outcome(await compared({ ...same, dump: { ...larger, format: 'plain SQL' } }))).toEqual(passed);
    const emptied = { ...same, dump: larger, tables: [table('orders', 60)] };
    expect(outcome(await compared(emptied))).toMatchObject({ codes: ['TABLES_EMPTIED'] });
  });

  test('a database of a cluster that is gone is told as such', async () => {
    const cluster = anAccount({
      ...account,
      databases: [
        { dumpName: 'shop', name: 'shop' },
        { dumpName: 'postgres', name: 'postgres' },
      ],
    });
    const tables = [...same.tables, { database: 'crm', schema: 'public', name: 'leads', rows: 4 }];
    const result = await compared({ ...same, tables }, { account: cluster });
    expect(result?.findings.map(({ message }) => message)).toEqual([
      '1 database of the proven drill of 2026-11-17 is not in this backup: crm',
    ]);
  });
});
