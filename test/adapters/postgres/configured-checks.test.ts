import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCheck } from '../../../lib/adapters/postgres/check-runner.ts';
import { planChecks } from '../../../lib/domain/checks/registry.ts';
import { aContext, configured } from '../../domain/checks/builders.ts';
import { TestServer } from '../../support/server.ts';
import { outcome, passed, runConfigured } from './running.ts';

/** Planted in the data: must be in no result whatever goes wrong. */
const secret = 'plantedsecret7731';

const schema = `
create schema app;
create table app.leads (id int);
create table bookings (id serial primary key, email text, starts_at timestamptz, created_at timestamptz, local_at timestamp, day date);
insert into bookings (email, starts_at, created_at, local_at, day) values
  ('${secret}@x.org', '2027-01-01', '2026-11-18 01:00+00', '2026-11-18 01:00', '2026-11-17'),
  ('A@x.org', '2027-01-02', '2026-11-16 01:00+00', '2026-11-16 01:00', '2026-11-16'),
  ('a@x.org', null, null, null, null), (null, null, null, null, null), (null, null, null, null, null);
create table "Odd.Name" (id int);
create table nothing (at timestamptz);
create table ends (at timestamptz); insert into ends values ('infinity');
create table roman (at timestamptz); insert into roman values ('0044-03-15 BC');
create table schema_migrations (version text, success boolean);
insert into schema_migrations values ('001', true), ('002', true), ('003', false);
create table parts (id int) partition by range (id); create table parts_1 partition of parts for values from (0) to (9); insert into parts values (1), (2);
create table p (id int primary key); create table c (p int constraint c_p_fkey references p); insert into p values (1); insert into c values (1);
create table d (p int); insert into d values (4); alter table d add constraint d_p_fkey foreign key (p) references p not valid;
create role reader; create role may_log_in login; create role expired login valid until '2001-01-01';
`;

let server: TestServer;
const check = (entry: Record<string, unknown>, overrides = {}) =>
  runConfigured(server, 'configured', entry, overrides);
const failed = (...codes: string[]) => ({ status: 'failed', codes });
const couldNotRun = (code = 'CHECK_COULD_NOT_RUN') => ({ status: 'could not run', codes: [code] });

beforeAll(async () => {
  server = await TestServer.start('target', { roleWithPassword: 'scram_only' });
  await server.masterDatabase('configured', schema);
  await server.sql('postgres', `create role scram_only login password 'right'`);
});
afterAll(() => server.stop());

describe('tables', () => {
  test.each([
    ['by the search_path', ['bookings']],
    ['by schema', ['app.leads', 'public.bookings']],
    ['with capitals that SQL would fold', ['Odd.Name', '"Odd.Name"', 'public."Odd.Name"']],
  ])('exist %s', async (_how, tables) => {
    expect(outcome(await check({ tables }))).toEqual(passed);
  });

  test('that are missing are named, and where one of that name is', async () => {
    const result = await check({ tables: ['bookings', 'invoices', 'leads', 'bookings_id_seq'] });

    expect(result.findings.map(({ message }) => message)).toEqual([
      'table invoices does not exist in the restored database',
      'table leads does not exist in the restored database; a table of that name exists in schema app: write app.leads',
      'table bookings_id_seq does not exist in the restored database',
    ]);
  });
});

describe('rows', () => {
  test.each([
    ['enough', { table: 'bookings', min: 5, max: 5 }, passed],
    ['too few', { table: 'bookings', min: 6 }, failed('ROWS_BELOW_MINIMUM')],
    ['too many', { table: 'bookings', max: 4 }, failed('EXPECTATION_FAILED')],
    ['of a missing table', { table: 'leads', min: 0 }, failed('TABLE_MISSING')],
    ['of all partitions', { table: 'parts', min: 2 }, passed],
  ])('%s', async (_what, rows, expected) => {
    expect(outcome(await check({ rows }))).toEqual(expected);
  });

  test.each([
    ['a drop within the share', '50%', { 'public.bookings': 10 }, passed],
    ['a drop beyond the share', '49%', { 'public.bookings': 10 }, failed('ROWS_DROPPED')],
    ['a drop within the number', 5, { 'public.bookings': 10 }, passed],
    ['a drop beyond the number', 4, { 'public.bookings': 10 }, failed('ROWS_DROPPED')],
    ['a growth', '0%', { 'public.bookings': 2 }, passed],
    ['a record of another schema only', '5%', { 'old.bookings': 10 }, couldNotRun()],
    [
      'a cluster record',
      4,
      { 'configured:public.bookings': 10, 'other:public.bookings': 1 },
      failed('ROWS_DROPPED'),
    ],
  ])('compares with the last proven drill: %s', async (_what, maxDrop, lastProvenRows, expected) => {
    expect(outcome(await check({ rows: { table: 'bookings', maxDrop } }, { lastProvenRows }))).toEqual(
      expected,
    );
  });
});

describe('unique', () => {
  test.each([
    ['column', { table: 'bookings', on: 'email' }, passed],
    ['expression', { table: 'bookings', on: 'lower(email)' }, failed('DUPLICATES_FOUND')],
    [
      'expression with condition',
      { table: 'bookings', on: 'lower(email)', where: 'id < 3 -- the old ones' },
      passed,
    ],
    ['several columns', { table: 'bookings', on: ['lower(email)', 'id'] }, passed],
    ['unknown column', { table: 'bookings', on: 'mail' }, couldNotRun()],
    ['missing table', { table: 'nowhere', on: 'mail' }, failed('TABLE_MISSING')],
  ])('by %s', async (_what, unique, expected) => {
    expect(outcome(await check({ unique }))).toEqual(expected);
  });
});

describe('freshness', () => {
  test.each([
    [
      'fresh column',
      { table: 'bookings', column: 'created_at', maxAge: '2h' },
      passed,
      '2026-11-18T01:00:00.000Z',
    ],
    [
      'exactly as old as allowed',
      { table: 'bookings', column: 'created_at', maxAge: '1h' },
      passed,
      '2026-11-18T01:00:00.000Z',
    ],
    [
      'stale column',
      { table: 'bookings', column: 'created_at', maxAge: '59m' },
      failed('STALE_DATA'),
      '2026-11-18T01:00:00.000Z',
    ],
    [
      'time without zone, as UTC',
      { table: 'bookings', column: 'local_at', maxAge: '1h' },
      passed,
      '2026-11-18T01:00:00.000Z',
    ],
    ['date', { table: 'bookings', column: 'day', maxAge: '26h' }, passed, '2026-11-17T00:00:00.000Z'],
    [
      'future column proves nothing',
      { table: 'bookings', column: 'starts_at', maxAge: '1h' },
      couldNotRun(),
      undefined,
    ],
    ['infinity proves nothing', { table: 'ends', column: 'at', maxAge: '1h' }, couldNotRun(), undefined],
    [
      'before Christ',
      { table: 'roman', column: 'at', maxAge: '1h' },
      failed('STALE_DATA'),
      '-000043-03-15T00:00:00.000Z',
    ],
    ['empty table', { table: 'nothing', column: 'at', maxAge: '1h' }, failed('FRESHNESS_EMPTY'), undefined],
    ['missing table', { table: 'gone', column: 'at', maxAge: '1h' }, failed('TABLE_MISSING'), undefined],
    [
      'query',
      { query: 'select max(created_at) from bookings;', maxAge: '1h' },
      passed,
      '2026-11-18T01:00:00.000Z',
    ],
    [
      'query without a row',
      { query: 'select created_at from bookings where false', maxAge: '1h' },
      failed('FRESHNESS_EMPTY'),
      undefined,
    ],
    [
      'query with many rows',
      { query: 'select created_at from bookings', maxAge: '1h' },
      couldNotRun(),
      undefined,
    ],
    [
      'query with two columns',
      { query: 'select max(created_at), max(created_at) from bookings', maxAge: '1h' },
      couldNotRun(),
      undefined,
    ],
    [
      'query with a text',
      { query: 'select max(created_at)::text from bookings', maxAge: '1h' },
      couldNotRun(),
      undefined,
    ],
  ])('%s', async (_what, freshness, expected, newestRow) => {
    const result = await check({ freshness });

    expect(outcome(result)).toEqual(expected);
    expect(result.measured.newestRow).toBe(newestRow);
  });

  test('allows as much future as is unknown of the dump’s moment', async () => {
    const freshness = { table: 'bookings', column: 'created_at', maxAge: '1h' };
    const dumpMoment = '2026-11-17T18:00:00Z';

    expect(outcome(await check({ freshness }, { dumpMoment }))).toEqual(couldNotRun());
    expect(
      outcome(await check({ freshness }, { dumpMoment, dumpMomentToleranceSeconds: 14 * 3600 })),
    ).toEqual(passed);
  });
});

describe('migrations', () => {
  const table = 'schema_migrations';
  const behind = failed('MIGRATIONS_BEHIND');
  test.each([
    ['at head', { table, column: 'version', head: '003' }, passed],
    ['behind head', { table, column: 'version', head: '004' }, behind],
    ['beyond head', { table, column: 'version', head: '002' }, behind],
    ['at head of what was applied', { table, column: 'version', head: '002', where: 'success' }, passed],
    ['includes', { table, column: 'version', includes: '001' }, passed],
    ['does not include', { table, column: 'version', includes: `x'; --` }, behind],
    ['at least', { table, column: 'version', atLeast: '002' }, passed],
    ['not at least', { table, column: 'version', atLeast: '004' }, behind],
    ['count', { table, count: 3 }, passed],
    ['other count', { table, count: 2 }, behind],
    ['count at least', { table, where: 'success', count: { atLeast: 3 } }, behind],
    ['query', { query: `select max(version) from ${table}`, expected: '003' }, passed],
    ['query with another answer', { query: `select max(version) from ${table}`, expected: '004' }, behind],
    ['query with at least', { query: `select count(*) from ${table}`, expected: { atLeast: 4 } }, behind],
    ['missing table', { table: 'flyway', count: 1 }, failed('TABLE_MISSING')],
  ])('%s', async (_what, migrations, expected) => {
    expect(outcome(await check({ migrations }))).toEqual(expected);
  });
});

describe('foreignKeys', () => {
  test.each([
    ['by constraint', ['c_p_fkey'], passed],
    ['by table', ['public.c'], passed],
    ['with orphans', ['d'], failed('FK_ORPHANS', 'FK_NOT_VALIDATED')],
    ['all', { all: true }, failed('FK_ORPHANS', 'FK_NOT_VALIDATED')],
    ['unknown', ['c', 'x_fkey'], failed('OBJECT_MISSING')],
  ])('%s', async (_what, foreignKeys, expected) => {
    expect(outcome(await check({ foreignKeys }))).toEqual(expected);
  });
});

describe('sql', () => {
  const wrong = failed('EXPECTATION_FAILED');
  test.each([
    ['count equals', 'select count(*) from bookings', 5, passed],
    ['count differs', 'select count(*) from bookings', 0, wrong],
    ['no row is not 0', 'select 0 where false', 0, wrong],
    ['NULL is not 0', 'select null::int', 0, wrong],
    ['sum over nothing is NULL, not 0', 'select sum(id) from bookings where false', 0, wrong],
    ['more than one row', 'select 0 from bookings', 0, couldNotRun()],
    ['more than one column of one name', 'select 0, 0', 0, couldNotRun()],
    ['a text is not a number', `select '0'`, 0, couldNotRun()],
    ['digits beyond a double', 'select 9007199254740993::bigint', '9007199254740992', wrong],
    ['equal digits beyond a double', 'select 9007199254740993::bigint', '9007199254740993', passed],
    ['numeric scale does not matter', 'select 1.500::numeric', 1.5, passed],
    ['NaN', `select 'NaN'::float8`, { atLeast: 0 }, wrong],
    ['at least', 'select 3', { atLeast: 3 }, passed],
    ['not at most', 'select 3', { atMost: 2 }, wrong],
    ['between', 'select 3::smallint', { between: [3, '4'] }, passed],
    ['boolean', 'select true', true, passed],
    ['other boolean', 'select 1 = 2', true, wrong],
    ['text', `select 'a'::varchar`, 'a', passed],
    ['padded text', `select 'a'::char(5)`, 'a', passed],
    ['other text', 'select min(email) from bookings', 'a', wrong],
    ['empty', 'select 1 from bookings where false', 'empty', passed],
    ['not empty where empty was expected', 'select email from bookings', 'empty', wrong],
    ['not empty', 'select email, id from bookings', 'notEmpty', passed],
    ['empty where rows were expected', 'select 1 where false', 'notEmpty', wrong],
    ['the word empty', `select 'empty'`, { equals: 'empty' }, passed],
    ['with a comment at its end', 'select 1 -- one', 1, passed],
    ['with a semicolon at its end', 'select 1;', 1, passed],
    ['WITH', 'with x as (select 2 as n) select n from x', 2, passed],
  ])('%s', async (_what, query, expect_, expected) => {
    expect(outcome(await check({ sql: { name: 'question', query, expect: expect_ } }))).toEqual(expected);
  });

  test.each([
    ['delete … returning', 'delete from bookings returning 1'],
    ['a data-modifying WITH', 'with x as (delete from bookings returning 1) select count(*) from x'],
    ['a second statement', 'select 1; delete from bookings'],
    ['a second statement after the end of the transaction', 'select 1; commit; delete from bookings'],
    ['the end of the transaction', 'commit'],
    ['a transaction made writable', 'set transaction read write'],
    ['a function that writes', `select nextval('bookings_id_seq')`],
    [
      'a function that makes the transaction writable',
      `select set_config('transaction_read_only', 'off', false)`,
    ],
    ['SELECT INTO', 'select 1 as a into stolen'],
    ['FOR UPDATE', 'select id from bookings for update'],
    ['COPY', 'copy bookings to stdout'],
    ['nothing', '-- nothing'],
  ])('refuses %s', async (_what, query) => {
    const result = await check({ sql: { name: 'question', query, expect: 1 } });

    expect(outcome(result)).toEqual(couldNotRun());
    expect(outcome(await check({ rows: { table: 'bookings', min: 5, max: 5 } }))).toEqual(passed);
  });

  test('runs into its own statement timeout', async () => {
    const started = performance.now();
    const result = await check({
      sql: { name: 'slow', query: 'select 1 from pg_sleep(20)', expect: 1 },
      statementTimeout: '1s',
    });

    expect(outcome(result)).toEqual(couldNotRun('CHECK_TIMED_OUT'));
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  test('is asked in UTC, whatever the database says', async () => {
    await server.sql('configured', `alter database configured set timezone = 'Asia/Tokyo'`, 'master');

    const result = await check({
      sql: { name: 'hour', query: 'select extract(hour from max(created_at)) from bookings', expect: 1 },
    });

    expect(outcome(result)).toEqual(passed);
  });
});

describe('login', () => {
  test.each([
    ['may', { role: 'may_log_in' }, passed],
    ['no LOGIN', { role: 'reader' }, failed('LOGIN_REFUSED')],
    ['no such role', { role: 'ghost' }, failed('LOGIN_REFUSED')],
    ['expired', { role: 'expired' }, failed('LOGIN_REFUSED')],
    ['password not in the environment', { role: 'scram_only', passwordEnv: 'NOT_SET' }, couldNotRun()],
  ])('%s', async (_what, login, expected) => {
    expect(outcome(await check({ login }))).toEqual(expected);
  });

  test.each([
    ['the right password', 'scram_only', 'right', passed],
    ['a wrong password', 'scram_only', 'wrong', failed('LOGIN_REFUSED')],
    ['a server that takes any password', 'may_log_in', 'any', couldNotRun()],
  ])('with %s', async (_what, role, password, expected) => {
    const [planned] = planChecks(
      aContext({
        configured: [configured({ login: { role, passwordEnv: 'APP_PASSWORD' } })],
        defaultDatabase: 'configured',
      }),
    ).filter(({ kind }) => kind === 'login');
    if (planned === undefined) throw new Error('nothing planned');

    const result = await runCheck(planned, server.access, server.address, { password: () => password });

    expect(outcome(result)).toEqual(expected);
    expect(JSON.stringify([planned, result])).not.toContain(
      password === 'any' ? 'any-wrong' : `"${password}"`,
    );
  });
});

describe('a row value', () => {
  test.each([
    ['cast that fails', { sql: { name: 'q', query: 'select max(email)::int from bookings', expect: 1 } }],
    ['date that fails', { sql: { name: 'q', query: 'select max(email)::date from bookings', expect: 1 } }],
    ['text that differs', { sql: { name: 'q', query: 'select max(email) from bookings', expect: 'x' } }],
    [
      'exception of a function',
      { sql: { name: 'q', query: 'select shout(email) from bookings', expect: 'x' } },
    ],
    [
      'exception that poses as a missing column',
      { sql: { name: 'q', query: 'select pose(email) from bookings', expect: 'x' } },
    ],
    ['dynamic SQL', { sql: { name: 'q', query: 'select dynamic(email) from bookings', expect: 'x' } }],
    ['duplicate expression', { unique: { table: 'bookings', on: 'left(email, 0)' } }],
    [
      'freshness by cast',
      { freshness: { query: 'select max(email)::timestamptz from bookings', maxAge: '1h' } },
    ],
    ['migration head', { migrations: { table: 'bookings', column: 'email', head: '1' } }],
    ['json', { sql: { name: 'q', query: `select max(email)::json from bookings`, expect: 'x' } }],
  ])('appears in no result: %s', async (_what, entry) => {
    await server.sql(
      'configured',
      `create or replace function shout(t text) returns text language plpgsql as $$begin raise exception 'value %', t; end$$;
       create or replace function pose(t text) returns text language plpgsql as $$begin raise exception using errcode = '42703', message = t; end$$;
       create or replace function dynamic(t text) returns text language plpgsql as $$begin execute 'select ' || quote_ident(t); return t; end$$;`,
      'master',
    );

    const result = await check(entry);

    expect(result.status).not.toBe('passed');
    expect(JSON.stringify(result)).not.toContain(secret);
  });
});

describe('what the record says of a check', () => {
  const facts = async (entry: Record<string, unknown>) => {
    const { expected, actual, scope } = await check(entry);
    return { expected, actual, scope };
  };

  test('is what was expected, what came back and of what', async () => {
    expect(await facts({ rows: { table: 'bookings', min: 9 } })).toEqual({
      expected: 'at least 9 rows',
      actual: '5 rows',
      scope: 'configured: table bookings',
    });
    expect(
      await facts({ sql: { name: 'n', query: 'select count(*) from p', expect: { between: [1, 3] } } }),
    ).toEqual({ expected: 'a number from 1 to 3', actual: '1', scope: 'configured: a query of drills.yaml' });
    expect(await facts({ foreignKeys: ['d_p_fkey'] })).toMatchObject({ actual: '1 orphan in 1 foreign key' });
    expect(
      await facts({ freshness: { table: 'bookings', column: 'created_at', maxAge: '2d' } }),
    ).toMatchObject({
      actual: 'the newest row at 2026-11-18T01:00:00.000Z',
    });
    expect(await facts({ migrations: { table: 'schema_migrations', count: 3 } })).toMatchObject({
      expected: '3 in all',
      actual: '3 recorded',
    });
  });

  test('names no text of a row, nor the text that was expected', async () => {
    const asked = {
      name: 'n',
      query: 'select email from bookings where id = 1',
      expect: `${secret}@x.org`,
    };
    const met = await facts({ sql: asked });
    const other = await facts({ sql: { ...asked, expect: 'b@x.org' } });
    const number = await facts({ sql: { ...asked, expect: 3 } });
    expect(JSON.stringify([met, other, number])).not.toContain('x.org');
    expect(met.actual).toBe('that text');
    expect(other.actual).toBe('another value');
    expect(number.actual).toBe('a value of type text');
  });

  test('says so when nothing could be asked', async () => {
    expect(await facts({ sql: { name: 'n', query: 'select 1 from nowhere', expect: 1 } })).toEqual({
      expected: '1',
      actual: 'not asked: CHECK_COULD_NOT_RUN',
      scope: 'configured: a query of drills.yaml',
    });
  });
});
