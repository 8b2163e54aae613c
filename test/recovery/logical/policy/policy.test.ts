import { describe, expect, test } from 'vitest';
import { databaseRequest } from '../../../../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../../../../lib/recovery/logical/policy/load-policy.ts';
import { aContext, anEntry, aStatement, decide, ruleOf, texts } from './builders.ts';

describe('what belongs to an extension that acts', () => {
  const copy = 'COPY cron.job (jobid, schedule) FROM stdin';
  const afterExtension = async (extension: string, sql: string) => {
    const policy = await loadPolicy();
    policy.decide(
      aStatement(`CREATE EXTENSION IF NOT EXISTS ${extension} WITH SCHEMA pg_catalog`),
      aContext(),
    );
    return policy.decide(aStatement(sql), aContext());
  };

  test.each([
    ['pg_cron', copy],
    ['pg_cron', "INSERT INTO cron.job VALUES (1, 'x')"],
    ['pg_cron', 'UPDATE cron.job SET active = false'],
    ['pg_cron', 'TRUNCATE cron.job'],
    ['pg_cron', "SELECT pg_catalog.setval('cron.jobid_seq', 3, true)"],
    ['pg_cron', `SELECT setval('"cron".runid_seq'::regclass, 3)`],
    ['pg_cron', "SELECT cron.schedule('nightly', '0 3 * * *', 'VACUUM')"],
    ['pg_cron', 'GRANT USAGE ON SCHEMA cron TO app'],
    ['pg_cron', 'GRANT SELECT ON ALL TABLES IN SCHEMA cron TO app'],
    ['pg_cron', 'REVOKE ALL ON FUNCTION cron.unschedule(bigint) FROM PUBLIC'],
    ['pg_cron', 'ALTER DEFAULT PRIVILEGES IN SCHEMA cron GRANT SELECT ON TABLES TO app'],
    ['pg_cron', 'CREATE POLICY cron_job_policy ON cron.job USING ((username = CURRENT_USER))'],
    ['pg_cron', 'ALTER TABLE cron.job ENABLE ROW LEVEL SECURITY'],
    ['pg_cron', 'ALTER TABLE cron.job OWNER TO app'],
    ['pg_cron', "COMMENT ON TABLE cron.job IS 'jobs'"],
    ['pg_cron', 'CREATE INDEX i ON cron.job_run_details USING btree (start_time)'],
    ['pg_cron', 'CREATE TRIGGER t AFTER INSERT ON cron.job FOR EACH ROW EXECUTE FUNCTION public.f()'],
    ['pg_cron', 'DROP POLICY cron_job_policy ON cron.job'],
    ['pgagent', 'COPY pgagent.pga_job (jobid) FROM stdin'],
    ['pgagent', "SELECT pg_catalog.setval('pgagent.pga_job_jobid_seq', 1, true)"],
    ['pg_net', 'GRANT EXECUTE ON FUNCTION net.http_get(url text) TO app'],
  ])('is left out with %s: %s', async (extension, sql) => {
    expect(await afterExtension(extension, sql)).toMatchObject({ action: 'skip', rule: 'server-extension' });
  });

  test.each([
    ['pg_cron', 'COPY public.job (jobid) FROM stdin'],
    ['pg_cron', "SELECT pg_catalog.setval('public.jobid_seq', 3, true)"],
    ['pg_cron', 'CREATE VIEW public.jobs AS SELECT jobid FROM cron.job'],
    ['pg_cron', 'CREATE TABLE cron.mine (x integer)'],
    ['pgaudit', copy],
  ])('and nothing else is, beside %s: %s', async (extension, sql) => {
    expect(await afterExtension(extension, sql)).toMatchObject({ action: 'run' });
  });

  describe('is not what the dump makes beside it in the same schema', () => {
    const extension = 'CREATE EXTENSION pgagent WITH SCHEMA pgagent';
    const table = 'CREATE TABLE pgagent.mine (id integer NOT NULL)';
    const identity =
      'ALTER TABLE pgagent.mine ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (SEQUENCE NAME pgagent.mine_id_seq)';

    test.each([
      'COPY pgagent.mine (id) FROM stdin',
      'INSERT INTO pgagent.mine VALUES (1)',
      "SELECT pg_catalog.setval('pgagent.mine_id_seq', 3, true)",
      'ALTER TABLE ONLY pgagent.mine ADD CONSTRAINT mine_pkey PRIMARY KEY (id)',
      "COMMENT ON COLUMN pgagent.mine.id IS 'x'",
      'GRANT USAGE ON SCHEMA pgagent TO app',
    ])('%s', async (sql) => {
      expect(await decide(sql, {}, [extension, table, identity])).toMatchObject({ action: 'run' });
    });

    test('so that only what the dump does not make is left out', async () => {
      const rows = 'COPY pgagent.pga_job (jobid) FROM stdin';
      expect(await decide(rows, {}, [extension, table])).toMatchObject({ action: 'skip' });
    });

    test('and its schema is made once', async () => {
      const second = await decide('CREATE TABLE pgagent.other (id integer)', {}, [extension, table]);
      expect(texts(second)).toEqual(['CREATE TABLE pgagent.other (id integer)']);
    });
  });

  test("stays where the table is the user's own", async () => {
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

describe('after standard_conforming_strings is switched off', () => {
  const off = ['SET standard_conforming_strings = off'];

  test.each([
    ['no backslash', "INSERT INTO t VALUES (1, 'it''s')"],
    ['escapes that say so', String.raw`INSERT INTO t VALUES (1, E'a\\b\'c')`],
    [
      'a backslash between dollars',
      String.raw`CREATE FUNCTION f() RETURNS text LANGUAGE sql AS $$ SELECT '\\' $$`,
    ],
    ['a backslash in a name', String.raw`CREATE TABLE "a\b" (x integer)`],
    ['a backslash in a comment', '-- \\\nCREATE TABLE t (x integer)'],
  ])('a statement with %s runs', async (_what, sql) => {
    expect(await decide(sql, {}, off)).toMatchObject({ action: 'run' });
  });

  test.each([
    [
      '',
      String.raw`INSERT INTO t VALUES (1,'a\\b', E'c\\d')`,
      String.raw`INSERT INTO t VALUES (1, E'a\\b', E'c\\d')`,
    ],
    [
      'that would end elsewhere',
      String.raw`INSERT INTO t VALUES ('a\'); DROP TABLE t; --')`,
      String.raw`INSERT INTO t VALUES ( E'a\'); DROP TABLE t; --')`,
    ],
    [
      'and a doubled quote',
      String.raw`COMMENT ON TABLE t IS 'a''\n'`,
      String.raw`COMMENT ON TABLE t IS  E'a''\n'`,
    ],
  ])('a plain text with a backslash %s is given as one with escapes', async (_what, sql, becomes) => {
    expect(texts(await decide(sql, {}, off))).toEqual([becomes]);
  });

  test('a text that does not end is refused', async () => {
    const decision = await decide(String.raw`COMMENT ON TABLE t IS 'a\'`, {}, off);
    expect(decision).toMatchObject({ action: 'refuse', rule: 'string-syntax' });
  });

  test('and on again, a backslash is an ordinary character', async () => {
    const decision = await decide(String.raw`INSERT INTO t VALUES (1, 'a\b')`, {}, [
      ...off,
      'SET standard_conforming_strings = on',
    ]);
    expect(decision.action).toBe('run');
  });
});

describe('a language of the dump', () => {
  test('that the server does not offer is an extension that it lacks', async () => {
    expect(await decide('CREATE PROCEDURAL LANGUAGE plpythonu')).toMatchObject({
      action: 'skip',
      rule: 'extension-unavailable',
      leavesOut: { name: 'plpythonu' },
    });
  });
});
