import { beforeAll, describe, expect, test } from 'vitest';
import type { CheckContext } from '../../../lib/domain/checks/asking/check.ts';
import { planChecks } from '../../../lib/domain/checks/registry.ts';
import type { RecoveryMarker } from '../../../lib/domain/recovery/recovery-marker.ts';
import type { AnnouncedObject } from '../../../lib/domain/recovery/restore-account.ts';
import { aContext, anAccount, anEntry, announced, aTable } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';
import { outcome, passed, runKind } from './running.ts';

const shop = `
create schema app;
create type mood as enum ('ok', 'bad');
create domain email as text check (value like '%@%');
create type pair as (a int, b text);
create collation app.german (provider = icu, locale = 'de');
create sequence free_numbers;
create function add(a integer, b integer) returns integer language sql immutable as 'select a + b';
create function add(a numeric, b numeric) returns numeric language sql immutable as 'select a + b';
create procedure noop() language sql as 'select 1';
create aggregate total(integer) (sfunc = add, stype = integer, initcond = '0');
create table customers (id serial primary key, name text not null, feeling mood, constraint named check (name <> ''));
create table "Odd ""Name." (id bigint generated always as identity primary key, customer_id int references customers);
create table empty_one (id int);
create table app.logs (at timestamptz not null, line text) partition by range (at);
create table app.logs_2026 partition of app.logs for values from ('2026-01-01') to ('2027-01-01');
create index logs_at on app.logs (at);
create table parent (id int); create table child () inherits (parent);
create view names as select name from customers;
create materialized view sizes as select count(*) from customers;
create materialized view never as select 1 as one with no data;
create function touch() returns trigger language plpgsql as 'begin return new; end';
create trigger touched before update on customers for each row execute function touch();
create rule nothing as on delete to empty_one do instead nothing;
create policy mine on customers using (true); alter table customers enable row level security;
create statistics linked (dependencies) on name, feeling from customers;
insert into customers (name) values ('a'), ('b'), ('c');
insert into "Odd ""Name." (customer_id) values (1), (null);
insert into app.logs values ('2026-05-01', 'x'), ('2026-06-01', 'y');
insert into parent values (1); insert into child values (2), (3);
`;

const objects: AnnouncedObject[] = [
  announced('SCHEMA', 'app', { schema: null }),
  announced('TYPE', 'mood'),
  announced('TYPE', 'pair'),
  announced('DOMAIN', 'email'),
  announced('COLLATION', 'german', { schema: 'app' }),
  announced('SEQUENCE', 'free_numbers'),
  announced('SEQUENCE', 'customers_id_seq'),
  announced('SEQUENCE OWNED BY', 'customers_id_seq'),
  announced('DEFAULT', 'id', { table: 'customers' }),
  announced('FUNCTION', 'add(integer, integer)'),
  announced('FUNCTION', 'add(a numeric, b numeric)'),
  announced('FUNCTION', 'touch()'),
  announced('PROCEDURE', 'noop()'),
  announced('AGGREGATE', 'total(integer)'),
  ...['customers', 'Odd "Name.', 'empty_one', 'parent', 'child'].map((name) => announced('TABLE', name)),
  announced('TABLE', 'logs', { schema: 'app' }),
  announced('TABLE', 'logs_2026', { schema: 'app' }),
  announced('TABLE ATTACH', 'logs_2026', { schema: 'app' }),
  announced('INDEX', 'logs_at', { schema: 'app' }),
  announced('INDEX ATTACH', 'logs_2026_at_idx', { schema: 'app' }),
  announced('VIEW', 'names'),
  announced('MATERIALIZED VIEW', 'sizes'),
  announced('MATERIALIZED VIEW', 'never'),
  announced('CONSTRAINT', 'customers_pkey', { table: 'customers' }),
  announced('CHECK CONSTRAINT', 'customers named'),
  announced('FK CONSTRAINT', 'Odd "Name._customer_id_fkey', { table: 'Odd "Name.' }),
  announced('TRIGGER', 'touched', { table: 'customers' }),
  announced('RULE', 'nothing', { table: 'empty_one' }),
  announced('POLICY', 'customers mine', { table: 'customers' }),
  announced('ROW SECURITY', 'customers'),
  announced('STATISTICS', 'linked'),
  announced('EXTENSION', 'plpgsql', { schema: null }),
  announced('ACL', 'TABLE customers'),
  announced('COMMENT', 'TABLE customers'),
];

const tables = [
  aTable('customers', 3),
  aTable('Odd "Name.', 2),
  aTable('logs_2026', 2, { schema: 'app' }),
  aTable('parent', 1),
  aTable('child', 2),
];

/** The context of a drill of `database`, which holds the shop. */
function shopContext(database: string, overrides: Partial<CheckContext['account']> = {}): CheckContext {
  const here = <Item extends { database: string }>(items: Item[]) =>
    items.map((item) => ({ ...item, database }));
  const {
    announced: more = objects,
    tables: counted = tables,
    entries = [anEntry('MATERIALIZED VIEW DATA', 'sizes')],
    ...rest
  } = overrides;
  const account = anAccount({
    databases: [{ dumpName: null, name: database }],
    announced: here(more),
    tables: here(counted),
    entries: here(entries),
    ...rest,
  });
  return aContext({ account, defaultDatabase: database });
}

let server: TestServer;
let databases = 0;
/** A fresh copy of the shop, changed by SQL. */
async function aShop(change: string | null = null, superuserChange: string | null = null): Promise<string> {
  const name = `shop_${databases++}`;
  await server.sql('postgres', `create database ${name} template shop owner master`);
  if (change !== null) await server.sql(name, change, 'master');
  if (superuserChange !== null) await server.sql(name, superuserChange);
  return name;
}

beforeAll(async () => {
  server = await TestServer.shared('target');
  await server.masterDatabase('shop', shop);
});

describe('a healthy restore', () => {
  test('passes every built-in check as the master role, with no finding at all', async () => {
    const context = shopContext(await aShop());
    const kinds = [...new Set(planChecks(context).map(({ kind }) => kind))];

    const results = (await Promise.all(kinds.map((kind) => runKind(server, kind, context)))).flat();

    expect(results.map((result) => [result.kind, result.status, result.findings])).toEqual(
      results.map(({ kind }) => [kind, 'passed', []]),
    );
    expect(kinds).toContain('objects');
    expect(kinds.length).toBeGreaterThanOrEqual(10);
  });

  test('counts every table, the empty ones too, and inherited rows only once', async () => {
    const [result] = await runKind(server, 'rowCounts', shopContext(await aShop()));

    const counted = Object.fromEntries(
      (result?.measured.tables ?? []).map(({ schema, name, rows }) => [`${schema}.${name}`, rows]),
    );
    expect(counted).toEqual({
      'public.customers': 3,
      'public.Odd "Name.': 2,
      'public.empty_one': 0,
      'app.logs_2026': 2,
      'public.parent': 1,
      'public.child': 2,
    });
  });

  test('records the versions of extensions', async () => {
    const [result] = await runKind(server, 'extensions', shopContext(await aShop()));

    expect(result?.measured.extensions?.map(({ name, version }) => [name, version])).toEqual([
      ['plpgsql', '1.0'],
    ]);
  });
});

/** What is broken, and what breaks it. One database takes all of it: the check must name each. */
const broken: [string, string][] = [
  ['TABLE public.child', 'drop table child'],
  ['INDEX app.logs_at', 'drop index app.logs_at'],
  ['VIEW public.names', 'drop view names'],
  ['MATERIALIZED VIEW public.never', 'drop materialized view never'],
  ['SEQUENCE public.free_numbers', 'drop sequence free_numbers'],
  ['SEQUENCE OWNED BY public.customers_id_seq', 'alter sequence customers_id_seq owned by none'],
  ['DEFAULT public.customers id', 'alter table customers alter id drop default'],
  ['FUNCTION public.add(a numeric, b numeric)', 'drop function add(numeric, numeric)'],
  ['PROCEDURE public.noop()', 'drop procedure noop()'],
  ['AGGREGATE public.total(integer)', 'drop aggregate total(integer)'],
  ['TYPE public.pair', 'drop type pair'],
  ['DOMAIN public.email', 'drop domain email'],
  ['COLLATION app.german', 'drop collation app.german'],
  ['CHECK CONSTRAINT public.customers named', 'alter table customers drop constraint named'],
  [
    'FK CONSTRAINT public.Odd "Name. Odd "Name._customer_id_fkey',
    'alter table "Odd ""Name." drop constraint "Odd ""Name._customer_id_fkey"',
  ],
  ['TRIGGER public.customers touched', 'drop trigger touched on customers'],
  ['RULE public.empty_one nothing', 'drop rule nothing on empty_one'],
  ['POLICY public.customers mine', 'drop policy mine on customers'],
  ['ROW SECURITY public.customers', 'alter table customers disable row level security'],
  ['STATISTICS public.linked', 'drop statistics linked'],
  ['TABLE ATTACH app.logs_2026', 'alter table app.logs detach partition app.logs_2026'],
];

describe('objects', () => {
  let messages: string[] = [];
  beforeAll(async () => {
    const [result] = await runKind(
      server,
      'objects',
      shopContext(await aShop(broken.map(([, change]) => change).join(';\n'))),
    );
    expect(result?.status).toBe('failed');
    messages = result?.findings.map(({ message }) => message) ?? [];
  });

  test.each(broken)('finds a missing %s', (object) => {
    expect(messages).toContain(`${object} is announced by the dump and does not exist after the restore`);
  });

  test('finds nothing missing but that, and the index part that the detached partition took along', () => {
    expect(messages.length).toBe(broken.length + 1);
    expect(messages).toContain(
      'INDEX ATTACH app.logs_2026_at_idx is announced by the dump and does not exist after the restore',
    );
  });

  test('finds a missing schema', async () => {
    const [result] = await runKind(server, 'objects', shopContext(await aShop('drop schema app cascade')));

    expect(result?.findings.map(({ message }) => message)).toContain(
      'SCHEMA app is announced by the dump and does not exist after the restore',
    );
  });

  test('does not expect what the policy left out on purpose', async () => {
    const entries = [
      anEntry('INDEX', 'logs_at', { schema: 'app', outcome: { status: 'skipped by policy', rule: 'r' } }),
    ];
    const context = shopContext(await aShop('drop index app.logs_at'), {
      entries,
      announced: objects.filter(({ type }) => type !== 'INDEX ATTACH'),
    });

    const [result] = await runKind(server, 'objects', context);

    expect(outcome(result)).toEqual(passed);
  });

  test('still expects what failed to be restored', async () => {
    const failed = { status: 'failed', failure: 'other', sqlState: '42883', message: 'm' } as const;
    const entries = [anEntry('INDEX', 'logs_at', { schema: 'app', outcome: failed })];

    const [result] = await runKind(
      server,
      'objects',
      shopContext(await aShop('drop index app.logs_at'), { entries }),
    );

    expect(result?.status).toBe('failed');
  });

  test('finds a missing extension', async () => {
    const context = shopContext(await aShop(), {
      announced: [announced('EXTENSION', 'postgis', { schema: null })],
    });

    expect(outcome((await runKind(server, 'extensions', context))[0])).toEqual({
      status: 'failed',
      codes: ['EXTENSION_MISSING'],
    });
  });
});

describe('row counts', () => {
  test.each([
    [
      'a lost row',
      'delete from customers where id = 3',
      'table public.customers holds 2 rows; the dump holds 3 rows for it',
    ],
    [
      'a row too many',
      `insert into customers (name) values ('d')`,
      'table public.customers holds 4 rows; the dump holds 3 rows for it',
    ],
    [
      'rows in a table without data',
      'insert into empty_one values (1)',
      'table public.empty_one holds 1 row; the dump holds 0 rows for it',
    ],
    [
      'a missing table',
      'drop table child',
      'table public.child does not exist; the dump holds 2 rows for it',
    ],
    [
      'a partition that lost rows',
      'truncate app.logs_2026',
      'table app.logs_2026 holds 0 rows; the dump holds 2 rows for it',
    ],
  ])('find %s', async (_what, change, message) => {
    const [result] = await runKind(server, 'rowCounts', shopContext(await aShop(change)));

    expect(result?.status).toBe('failed');
    expect(result?.findings.map((one) => one.message)).toEqual([message]);
  });

  test('of a table that the master may not read could not run, and hide no other table', async () => {
    const database = await aShop(
      null,
      'create role other; alter table child owner to other; delete from customers where id = 3',
    );

    const [result] = await runKind(server, 'rowCounts', shopContext(database));

    expect(outcome(result)).toEqual({
      status: 'failed',
      codes: ['ROW_COUNT_MISMATCH', 'CHECK_COULD_NOT_RUN'],
    });
    await server.sql(database, 'drop owned by other; drop role other');
  });

  test('of partitions loaded through their root are compared as a sum', async () => {
    const entries = [
      anEntry('TABLE DATA', 'customers'),
      anEntry('TABLE DATA', 'logs_2026', { schema: 'app' }),
    ];
    const loaded = (rows: number) => [aTable('customers', 3), aTable('logs', rows, { schema: 'app' })];
    const few = [
      announced('TABLE', 'customers'),
      announced('TABLE', 'logs', { schema: 'app' }),
      announced('TABLE', 'logs_2026', { schema: 'app' }),
    ];
    const database = await aShop();

    const right = shopContext(database, { entries, tables: loaded(2), announced: few });
    const wrong = shopContext(database, { entries, tables: loaded(3), announced: few });

    expect(outcome((await runKind(server, 'partitionTrees', right))[0])).toEqual(passed);
    expect(outcome((await runKind(server, 'rowCounts', right))[0])).toEqual(passed);
    expect(outcome((await runKind(server, 'partitionTrees', wrong))[0])).toEqual({
      status: 'failed',
      codes: ['ROW_COUNT_MISMATCH'],
    });
  });
});

describe('a database without data', () => {
  test.each([
    ['with empty tables', 'truncate customers, "Odd ""Name.", app.logs, parent, child'],
    ['without a table', 'drop schema public cascade; drop schema app cascade'],
  ])('%s never passes', async (_what, change) => {
    const [result] = await runKind(server, 'dataPresent', shopContext(await aShop(null, change)));

    expect(outcome(result)).toEqual({ status: 'failed', codes: ['NO_DATA'] });
  });
});

describe('indexes and constraints', () => {
  const invalidate = (index: string) =>
    `update pg_index set indisvalid = false where indexrelid = '${index}'::regclass`;

  test('an invalid index is found', async () => {
    const [result] = await runKind(
      server,
      'indexesValid',
      shopContext(await aShop(null, invalidate('customers_pkey'))),
    );

    expect(outcome(result)).toEqual({ status: 'failed', codes: ['INDEX_INVALID'] });
  });

  test('an incomplete index of a partitioned table is said, but fails nothing: the source has it so', async () => {
    const [result] = await runKind(
      server,
      'indexesValid',
      shopContext(await aShop('create index half on only app.logs (line)')),
    );

    expect(outcome(result)).toEqual({ status: 'passed', codes: ['INDEX_INVALID'] });
    expect(result?.findings[0]?.severity).toBe('warning');
  });

  test('duplicates under an invalid unique index are counted', async () => {
    const change = `create unique index low on customers (lower(name)) where id > 0`;
    const database = await aShop(
      change,
      `${invalidate('low')}; update pg_index set indisready = false where indexrelid = 'low'::regclass`,
    );
    expect(outcome((await runKind(server, 'uniqueIndexes', shopContext(database)))[0])).toEqual(passed);

    await server.sql(database, `insert into customers (name) values ('A'), ('B'), ('b')`, 'master');

    const [result] = await runKind(server, 'uniqueIndexes', shopContext(database));
    expect(result?.findings.map(({ message }) => message)).toEqual([
      '2 keys of the unique index public.low occur more than once in public.customers',
    ]);
  });

  test('a constraint that was never validated is named', async () => {
    const database = await aShop('alter table parent add constraint positive check (id > 5) not valid');

    expect(outcome((await runKind(server, 'constraintsValidated', shopContext(database)))[0])).toEqual({
      status: 'passed',
      codes: ['CONSTRAINT_NOT_VALIDATED'],
    });
  });
});

describe('materialized views', () => {
  test('that the dump fills must be filled', async () => {
    const [result] = await runKind(
      server,
      'matviews',
      shopContext(await aShop('refresh materialized view sizes with no data')),
    );

    expect(outcome(result)).toEqual({ status: 'failed', codes: ['MATVIEW_NOT_POPULATED'] });
  });
});

const recovered = {
  systemIdentifier: '7',
  timeline: 1,
  startLsn: '0/F00028',
  consistentLsn: '0/F00138',
  endLsn: '0/15072A0',
  lastCommitAt: null,
  walBytes: 0,
  walSegments: 0,
  timelines: [1],
  archivedAt: null,
  pages: null,
  indexChecks: null,
  notTested: [],
};

describe('rowsReadable', () => {
  const tables = (...names: string[]) => names.map((name) => ({ database: 'shop', schema: 'public', name }));
  const ask = async (...names: string[]) => {
    const account = anAccount({
      databases: [{ dumpName: 'shop', name: 'shop' }],
      recovered: { ...recovered, tables: tables(...names) },
    });
    return (await runKind(server, 'rowsReadable', aContext({ account, defaultDatabase: 'shop' })))[0];
  };

  test('counts the rows of every table of a recovered cluster', async () => {
    const result = await ask('customers', 'empty_one', 'child');

    expect(outcome(result)).toEqual(passed);
    expect(result?.measured.tables?.map(({ name, rows }) => [name, rows])).toEqual([
      ['customers', 3],
      ['empty_one', 0],
      ['child', 2],
    ]);
  });

  test('tells a table that cannot be read, and counts the others', async () => {
    const result = await ask('customers', 'gone');

    expect(outcome(result)).toEqual({ status: 'failed', codes: ['ROWS_UNREADABLE'] });
    expect(result?.measured.tables).toHaveLength(1);
  });

  test('is not asked of a dump', async () => {
    expect(await runKind(server, 'rowsReadable', aContext())).toEqual([]);
  });
});

describe('marker', () => {
  const ask = async (marker: Partial<RecoveryMarker>) => {
    const context = aContext({
      account: anAccount({ recovered: { ...recovered, tables: [] } }),
      marker: { table: 'customers', column: 'id', database: null, before: '1', after: '99', ...marker },
      defaultDatabase: 'shop',
    });
    const results = await runKind(server, 'marker', context);
    expect(results).toHaveLength(1);
    return results[0];
  };

  test('passes when the row before is there and the row after is not', async () => {
    expect(outcome(await ask({}))).toEqual(passed);
    expect(outcome(await ask({ table: 'public.customers' }))).toEqual(passed);
    expect(outcome(await ask({ after: null }))).toEqual(passed);
  });

  test('tells a row that is lacking and one that is too much, and shows neither', async () => {
    const lacking = await ask({ before: '98765' });
    expect(outcome(lacking)).toEqual({ status: 'failed', codes: ['MARKER_MISSING'] });
    expect(JSON.stringify(lacking)).not.toContain('98765');
    expect(outcome(await ask({ after: '2' }))).toEqual({ status: 'failed', codes: ['MARKER_PASSED'] });
  });

  test('is no proof without its table or column', async () => {
    expect(outcome(await ask({ table: 'gone' }))).toEqual({ status: 'failed', codes: ['TABLE_MISSING'] });
    expect(outcome(await ask({ column: 'gone' }))).toEqual({
      status: 'could not run',
      codes: ['CHECK_COULD_NOT_RUN'],
    });
  });

  test('is not asked of a dump', async () => {
    const marker = { table: 'customers', column: 'id', database: null, before: '1', after: null };
    expect(await runKind(server, 'marker', aContext({ marker }))).toEqual([]);
  });
});

describe('indexContent', () => {
  const schema = 'drill_amcheck';
  const asSuperuser = (sql: string) => server.sql('shop', sql);
  const ask = async () => {
    const indexChecks = { schema, databases: ['shop'], countsUnique: false };
    const account = anAccount({ recovered: { ...recovered, tables: [], indexChecks } });
    return (await runKind(server, 'indexContent', aContext({ account, defaultDatabase: 'shop' })))[0];
  };

  beforeAll(async () => {
    await asSuperuser(`CREATE SCHEMA ${schema}; GRANT USAGE ON SCHEMA ${schema} TO master`);
    await asSuperuser(
      `CREATE FUNCTION ${schema}.bt_index_check(regclass, boolean) RETURNS void LANGUAGE c STRICT AS '$libdir/amcheck', 'bt_index_check'`,
    );
  });

  test('passes where every index holds every row, and is not asked without the function', async () => {
    expect(outcome(await ask())).toEqual(passed);
    const account = anAccount({ recovered: { ...recovered, tables: [] } });
    expect(await runKind(server, 'indexContent', aContext({ account }))).toEqual([]);
  });

  test('names an index that lacks a row of its table, and shows none', async () => {
    await asSuperuser(`CREATE TABLE public.pets (id integer); CREATE INDEX pets_id ON public.pets (id);
      UPDATE pg_index SET indisready = false WHERE indexrelid = 'public.pets_id'::regclass`);
    await asSuperuser('INSERT INTO public.pets VALUES (98765)');
    await asSuperuser(`UPDATE pg_index SET indisready = true WHERE indexrelid = 'public.pets_id'::regclass`);
    const result = await ask();
    await asSuperuser('DROP TABLE public.pets');

    expect(outcome(result)).toEqual({ status: 'failed', codes: ['INDEX_CORRUPT'] });
    expect(result?.findings[0]?.message).toContain('public.pets_id');
    expect(JSON.stringify(result)).not.toContain('98765');
  });

  test('calls no function and no operator that the cluster brought', async () => {
    await asSuperuser(`CREATE TABLE public.called (by name);
      CREATE FUNCTION public.tell(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
        RAISE EXCEPTION 'called'; END $$;
      CREATE FUNCTION public.told(a integer, b integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN
        IF pg_catalog.current_setting('application_name') = 'restore-drill check' THEN RAISE EXCEPTION 'called'; END IF;
        RETURN CASE WHEN a < b THEN -1 WHEN a > b THEN 1 ELSE 0 END; END $$;
      CREATE OPERATOR CLASS public.hostile FOR TYPE integer USING btree AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =,
        OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 public.told(integer, integer);
      CREATE TYPE public.pair_of AS (a integer);
      CREATE TABLE public.traps (id integer, pair public.pair_of);
      CREATE INDEX traps_expression ON public.traps (public.tell(id));
      CREATE INDEX traps_condition ON public.traps (id) WHERE public.tell(id) > 0;
      CREATE INDEX traps_operator ON public.traps (id public.hostile);
      CREATE INDEX traps_pair ON public.traps (pair);
      SET enable_seqscan = off; ALTER TABLE public.traps SET (autovacuum_enabled = off)`);
    // The rows come while the two that would fail on them are switched off.
    await asSuperuser(
      `UPDATE pg_index SET indisready = false WHERE indexrelid IN ('public.traps_expression'::regclass, 'public.traps_condition'::regclass)`,
    );
    await asSuperuser(
      'INSERT INTO public.traps SELECT id, ROW(id)::public.pair_of FROM generate_series(1, 3) id',
    );
    await asSuperuser(`UPDATE pg_index SET indisready = true WHERE indrelid = 'public.traps'::regclass`);
    const result = await ask();
    await asSuperuser(
      'DROP TABLE public.traps, public.called; DROP OPERATOR FAMILY public.hostile USING btree CASCADE',
    );

    expect(outcome(result)).toEqual(passed);
  });
});

describe('what a recovery leaves', () => {
  const ask = async (kind: 'collations' | 'recoveredState') => {
    const account = anAccount({ recovered: { ...recovered, tables: [] } });
    const results = await runKind(server, kind, aContext({ account, defaultDatabase: 'shop' }));
    expect(results).toHaveLength(1);
    return results[0];
  };
  const asSuperuser = (sql: string) => server.sql('shop', sql);

  test('is nothing to tell where collations are as they were', async () => {
    expect(outcome(await ask('collations'))).toEqual(passed);
  });

  test('is told with the indexes that another version of a collation touches', async () => {
    await asSuperuser(`CREATE TABLE public.sorted (name text COLLATE "de-x-icu"); CREATE INDEX sorted_name ON public.sorted (name);
      UPDATE pg_collation SET collversion = '1.0' WHERE collname IN ('de-x-icu', 'fr-x-icu')`);
    const result = await ask('collations');
    await asSuperuser(`DROP TABLE public.sorted;
      UPDATE pg_collation SET collversion = pg_collation_actual_version(oid) WHERE collname IN ('de-x-icu', 'fr-x-icu')`);

    expect(outcome(result)).toEqual({ status: 'passed', codes: ['COLLATION_CHANGED'] });
    expect(result?.findings[0]?.message).toMatch(
      /de-x-icu was of version 1\.0 .* 1 index, public\.sorted_name$/,
    );
  });

  test('are unlogged tables, which come back empty, by name', async () => {
    await asSuperuser('CREATE UNLOGGED TABLE public.cache (id integer)');
    const result = await ask('recoveredState');
    await asSuperuser('DROP TABLE public.cache');

    expect(outcome(result)).toEqual({ status: 'passed', codes: ['UNLOGGED_TABLES_EMPTY'] });
    expect(result?.findings[0]?.message).toContain('public.cache');
  });
});
