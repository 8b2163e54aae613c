import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckContext } from '../../../lib/domain/checks/asking/check.ts';
import {
  contentSettingsSql,
  largeObjectsSql,
  sequenceStatementsSql,
  tableStatementsSql,
} from '../../../lib/domain/witness/content-sql.ts';
import { parseWitness, type Witness } from '../../../lib/domain/witness/witness.ts';
import { aContext, anAccount, aTable } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';
import { outcome, passed, runKind } from './running.ts';

const schema = `
create table customers (id serial primary key, name text);
insert into customers (name) values ('Ada'), (null), ('');
create table log (at date, line text) partition by hash (at);
create table log_0 partition of log for values with (modulus 2, remainder 0);
create table log_1 partition of log for values with (modulus 2, remainder 1);
insert into log select '2026-01-01'::date + n, 'x' from generate_series(1, 20) n;
`;

let server: TestServer;
let said: Witness;
beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.masterDatabase('shop', schema);
  const client = await server.connect('master', 'shop');
  await client.query('begin');
  await client.query(contentSettingsSql);
  const statements = [
    ...(await client.query(tableStatementsSql({ countsOnly: [], excluded: [] }))).rows,
    ...(await client.query(sequenceStatementsSql())).rows,
    { statement: largeObjectsSql },
  ];
  const entries: unknown[] = [
    {
      ...{ kind: 'source', serverVersion: '15', database: 'production', moment: '2026-11-18T02:00:00.000Z' },
      ...{ encoding: 'UTF8', complete: true, extensions: {} },
    },
  ];
  for (const { statement } of statements)
    entries.push(JSON.parse((await client.query(statement)).rows[0].entry));
  await client.end();
  said = parseWitness(JSON.stringify({ witness: 1, entries }));
});

const account = anAccount({
  tables: [aTable('customers', 3), aTable('log_0', 10), aTable('log_1', 10)],
});
const compared = async (witness: Witness, overrides: Partial<CheckContext> = {}) => {
  const results = await runKind(server, 'witness', aContext({ account, witness, ...overrides }));
  return {
    statuses: [...new Set(results.map(({ status }) => status))],
    messages: results.flatMap(({ findings }) => findings.map(({ message }) => message)),
    results,
  };
};
const withTable = (name: string, changed: Partial<Witness['tables'][number]>): Witness => ({
  ...said,
  tables: said.tables.map((table) => (table.name === name ? { ...table, ...changed } : table)),
});

describe('compared with the source', () => {
  test('what is the same passes in every part', async () => {
    const { results } = await compared(said);
    expect(results.map(outcome)).toEqual(results.map(() => passed));
    expect(results[0]?.measured.witness).toEqual({ tables: 3, contents: 3, rows: 23 });
  });

  test('rows that lie in another partition than on the source are the same rows', async () => {
    const [first, second] = said.tables.filter(({ partitionOf }) => partitionOf === 'public.log');
    const swapped = {
      ...said,
      tables: said.tables.map((table) => {
        const other = table.name === 'log_0' ? second : table.name === 'log_1' ? first : table;
        return { ...table, rows: other?.rows ?? null, content: other?.content ?? null };
      }),
    };
    expect(swapped.tables).not.toEqual(said.tables);
    expect(await compared(swapped)).toMatchObject({ statuses: ['passed'], messages: [] });
  });

  test.each<[string, () => Witness, string]>([
    [
      'a row more on the source',
      () => withTable('customers', { rows: 4 }),
      'table public.customers holds 3 rows; the source held 4 when the dump was made',
    ],
    [
      'another content',
      () => withTable('customers', { content: '1:2' }),
      'table public.customers holds as many rows as the source (3), but other values in them',
    ],
    [
      'a column that was not restored',
      () => withTable('customers', { content: '1:2', columns: ['born', 'id', 'name'] }),
      'table public.customers has other columns than on the source: without born',
    ],
    [
      'a table that is not there',
      () => withTable('customers', { name: 'clients' }),
      'table public.clients, of which the source held 3 rows, does not exist after the restore',
    ],
    [
      'a sequence that stands elsewhere',
      () => ({ ...said, sequences: said.sequences.map((one) => ({ ...one, least: '7', most: '9' })) }),
      'sequence public.customers_id_seq goes on at 4; on the source it stood between 7 and 9',
    ],
    [
      'large objects that are not there',
      () => ({ ...said, largeObjects: { count: 2, content: '1:2' } }),
      'there are 0 large objects; the source held 2',
    ],
    [
      'fewer keys',
      () => ({ ...said, objects: { 'primary keys': 2, tables: 1 } }),
      'fewer objects than on the source: primary keys 2, restored 1',
    ],
  ])('%s is told', async (_what, witness, message) => {
    expect(await compared(witness())).toMatchObject({ messages: [message] });
  });

  test('of a dump that leaves tables out, only what it holds is compared', async () => {
    const partial = { ...withTable('customers', { rows: 4 }), source: { ...said.source, complete: false } };
    const without = anAccount({ tables: [aTable('log_0', 10), aTable('log_1', 10)] });
    expect(await compared(partial, { account: without })).toMatchObject({ messages: [] });
  });

  test('names in a witness are names, whatever they hold', async () => {
    const hostile = withTable('customers', { name: `x'); drop table customers; --"` });
    expect((await compared(hostile)).messages).toEqual([expect.stringContaining('does not exist')]);
    expect(await server.sql('shop', 'select count(*) from customers')).toEqual([['3']]);
  });
});
