import { describe, expect, test } from 'vitest';
import { databaseRequest } from '../../../../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';
import { aContext, anEntry, aStatement, decide, ruleOf, texts } from './builders.ts';

describe('rows of cron.job', () => {
  const copy = 'COPY cron.job (jobid, schedule) FROM stdin';

  test('are left out once the dump has said that pg_cron is its extension', async () => {
    const policy = await loadPolicy();
    policy.decide(aStatement('CREATE EXTENSION IF NOT EXISTS pg_cron WITH SCHEMA pg_catalog'), aContext());
    expect(policy.decide(aStatement(copy), aContext())).toMatchObject({ action: 'skip', rule: 'pg-cron' });
    expect(policy.decide(aStatement("INSERT INTO cron.job VALUES (1, 'x')"), aContext())).toMatchObject({
      action: 'skip',
      rule: 'pg-cron',
    });
    expect(policy.decide(aStatement('GRANT USAGE ON SCHEMA cron TO app'), aContext())).toMatchObject({
      action: 'skip',
      rule: 'pg-cron',
    });
  });

  test("stay where the table is the user's own", async () => {
    expect((await decide(copy)).action).toBe('run');
  });
});

describe('findings', () => {
  test.each([
    ['CREATE EXTENSION postgis', 'EXTENSION_UNAVAILABLE', 'unverified', '"postgis"'],
    ["SET SESSION AUTHORIZATION 'app'", 'OWNER_NOT_RESTORED', 'warning', '"app"'],
    ['CREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION f()', 'ENTRIES_SKIPPED', 'warning', '"e"'],
    ['GRANT pg_execute_server_program TO app', 'ENTRIES_SKIPPED', 'info', '"app"'],
    ["CREATE USER MAPPING FOR app SERVER s OPTIONS (password 'x')", 'ENTRIES_SKIPPED', 'info', '"s"'],
    ['DO $$ begin end $$', 'STATEMENT_REFUSED', 'error', 'line 12'],
  ])('of %s: %s', async (sql, code, severity, part) => {
    const decision = await decide(sql);
    expect(decision.action === 'run' ? null : decision.finding).toMatchObject({
      code,
      severity,
      message: expect.stringContaining(part),
    });
  });

  test('are not raised for the session authorization around a grant', async () => {
    const decision = await decide("SET SESSION AUTHORIZATION 'app'", { entry: anEntry({ type: 'ACL' }) });
    expect(decision).toMatchObject({ action: 'skip', finding: null });
  });

  test('name the entry where an archive has no lines', async () => {
    const decision = (await loadPolicy()).decide(aStatement('CALL p()', { line: null }), aContext());
    expect(decision).toMatchObject({ finding: { message: 'entry 7 (TABLE) is a CALL' } });
  });
});

describe('a statement that is more than one', () => {
  test.each([
    ['CREATE TABLE a (x int); CREATE TABLE b (x int)', 'run'],
    ["CREATE TABLE a (x int); COPY a FROM PROGRAM 'rm'", 'refuse'],
    ['BEGIN; COMMIT', 'skip'],
    ['BEGIN; CREATE TABLE a (x int)', 'refuse'],
    ['CREATE ROLE a SUPERUSER; CREATE ROLE b', 'refuse'],
    ['SET search_path = a; CREATE TABLE b (x int)', 'refuse'],
  ])('%s: %s', async (sql, action) => expect((await decide(sql)).action).toBe(action));

  test('runs alone and in order', async () => {
    expect(await decide('CREATE INDEX ON a (x); CREATE INDEX ON b (x)')).toMatchObject({
      plan: { kind: 'other', locks: null },
    });
  });
});

describe('text that is no SQL of PostgreSQL 18', () => {
  test.each(['', '  \n', '/* a */ -- b', ';'])('is left out when it says nothing: %j', async (sql) => {
    expect(ruleOf(await decide(sql))).toBe('without-effect');
  });

  test.each([
    "SELECT 'abc",
    'rm -rf /',
    '<html>',
    'EXECUTE IMMEDIATE',
    'ALTER SYSTEM WONDER',
    'ALTER ROLE a WONDER',
    `SELECT ${'('.repeat(20_000)}1`,
    `SELECT ${'1+'.repeat(50_000)}1`,
  ])('is never executed unless it begins like a definition (case %#)', async (sql) =>
    expect((await decide(sql)).action).not.toBe('run'),
  );

  test('is tried when it begins like a definition, alone and in order', async () => {
    expect(await decide('ALTER TABLE t WONDER COLUMN x')).toMatchObject({
      action: 'run',
      keptBy: 'unparsed',
      plan: { kind: 'other', locks: null },
    });
  });
});

describe('a statement in another encoding, one character per byte', () => {
  test('is rewritten at the right place and gives its bytes back', async () => {
    const sql = Buffer.from('GRANT SELECT ON TABLE "größe" TO app GRANTED BY "ö"', 'latin1').toString(
      'latin1',
    );
    const decision = (await loadPolicy()).decide(aStatement(sql, { codec: 'binary' }), aContext());
    expect(texts(decision)).toEqual(['GRANT SELECT ON TABLE "größe" TO app']);
    expect(decision).toMatchObject({ statements: [{ codec: 'binary', line: 12 }] });
  });
});

describe('a request for a database', () => {
  const nothing = {
    encoding: null,
    localeProvider: null,
    locale: null,
    collate: null,
    ctype: null,
    icuLocale: null,
    builtinLocale: null,
    owner: null,
    connectionLimit: null,
    isTemplate: null,
  };
  test.each([
    [
      "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = builtin BUILTIN_LOCALE = 'C.UTF-8' LOCALE = 'C'",
      { name: 'shop', encoding: 'UTF8', localeProvider: 'builtin', builtinLocale: 'C.UTF-8', locale: 'C' },
    ],
    [
      `CREATE DATABASE "Sh""op" WITH TEMPLATE = template0 ENCODING = 'LATIN1' LC_COLLATE = 'de_DE' LC_CTYPE = 'C' OWNER = app CONNECTION LIMIT = 5 IS_TEMPLATE = true`,
      {
        name: 'Sh"op',
        encoding: 'LATIN1',
        collate: 'de_DE',
        ctype: 'C',
        owner: 'app',
        connectionLimit: 5,
        isTemplate: true,
      },
    ],
    [
      "CREATE DATABASE shop LOCALE_PROVIDER = icu ICU_LOCALE = 'de-AT' TABLESPACE = fast",
      { name: 'shop', localeProvider: 'icu', icuLocale: 'de-AT' },
    ],
    ['CREATE DATABASE shop', { name: 'shop' }],
  ])('%s', async (sql, expected) => {
    await loadPolicy();
    expect(databaseRequest(aStatement(sql))).toEqual({ ...nothing, ...expected });
  });

  test('is not read from anything else', async () => {
    await loadPolicy();
    expect([
      databaseRequest(aStatement('CREATE TABLE shop (x int)')),
      databaseRequest(aStatement('CREATE DATABASE')),
    ]).toEqual([null, null]);
  });
});
