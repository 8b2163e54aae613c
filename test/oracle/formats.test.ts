import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { type DumpWay, dumpWays, dumpWays17, writeDump } from './support/dump-formats.ts';
import { invalidIndexes } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles } from './support/schemas.ts';

// One database with something of everything, written by pg_dump in every way it knows: the result must not depend on it.
const mixture = `
CREATE EXTENSION hstore; CREATE SCHEMA "s.1"; CREATE TYPE mood AS ENUM ('sad', 'it''s; ok');
CREATE TABLE part (id integer GENERATED ALWAYS AS IDENTITY, at date, v text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); CREATE TABLE part_d PARTITION OF part DEFAULT;
INSERT INTO part (at, v) SELECT date '2024-06-01' + n, 'v' || n FROM generate_series(1, 400) n; CREATE INDEX part_at ON part (at);
CREATE TABLE "s.1"."t""x" (id serial PRIMARY KEY, "a b" text, m mood, h hstore, d double precision, j jsonb, b bytea, twice integer GENERATED ALWAYS AS (id * 2) STORED, part_id integer, part_at date, FOREIGN KEY (part_id, part_at) REFERENCES part);
INSERT INTO "s.1"."t""x" ("a b", m, h, d, j, b) SELECT CASE n % 5 WHEN 0 THEN NULL WHEN 1 THEN '\\.' WHEN 2 THEN E'it''s\\n\\\\N;' WHEN 3 THEN 'é' ELSE '' END, 'it''s; ok', hstore('k', n::text), n / 3.0, '{"a": "\\\\"}', decode(lpad(to_hex(n % 256), 2, '0'), 'hex') FROM generate_series(1, 300) n;
CREATE TABLE ruled (id integer); CREATE TABLE log (id integer); INSERT INTO ruled VALUES (1), (2); CREATE RULE r AS ON INSERT TO ruled DO ALSO INSERT INTO log VALUES (new.id);
CREATE TABLE no_columns (); INSERT INTO no_columns DEFAULT VALUES; CREATE TABLE empty (id integer);
CREATE TABLE a (id integer PRIMARY KEY, b integer); CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a); INSERT INTO a VALUES (1, 2); INSERT INTO b VALUES (2, 1); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b DEFERRABLE INITIALLY DEFERRED;
CREATE FUNCTION f(integer) RETURNS text LANGUAGE plpgsql AS $f$ BEGIN RETURN $$a;'\\$$ || $1; END $f$; CREATE TRIGGER t BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger();
CREATE VIEW v AS SELECT id, count(*) FROM a GROUP BY id; CREATE MATERIALIZED VIEW mv AS SELECT * FROM v; CREATE UNIQUE INDEX ON mv (id); SELECT setval('"s.1"."t""x_id_seq"', 777);
SELECT lo_create(5001), lo_create(5002); SELECT lo_put(5001, 0, '\\x00ff5c27'); ALTER LARGE OBJECT 5002 OWNER TO app_owner; COMMENT ON LARGE OBJECT 5001 IS 'x''y';
ALTER TABLE part OWNER TO app_owner; GRANT SELECT ON part TO auditor; COMMENT ON TABLE part IS E'a\\n-- Name: x; Type: TABLE; Schema: y; Owner: z\\nb'; ALTER DATABASE source SET work_mem = '7MB';
ALTER TABLE log ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON log TO auditor USING (id > 0);`;

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-formats-'));
  await createRoles(tools);
  await tools.createDatabase('source');
  await tools.sql('source', mixture);
});
afterEach(() => sandbox.clear());
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

/** What the tools make of a dump; a dump that creates its own database is its source's equal. */
async function reference(way: DumpWay, path: string): Promise<string> {
  if (way.createsDatabase === true) return 'source';
  await tools.createDatabase('reference');
  const programs = way.programs ?? postgresqlPrograms(15);
  const { stderr } =
    way.restoredBy === 'pg_restore'
      ? tools.try('pg_restore', ['-d', 'reference', path], { programs })
      : tools.try('psql', ['-X', '-q', '-d', 'reference', '-f', path]);
  const harmless = /transaction_timeout|--clean|does not exist/;
  expect(stderr.match(/ERROR: .*/g)?.filter((line) => !harmless.test(line)) ?? []).toEqual([]);
  return 'reference';
}

async function expectSameResult(way: DumpWay): Promise<void> {
  const { ours, theirs } = writeDump(tools, 'source', way, directory);
  const compressedPlain =
    way.options.some((option) => /^--compress=/.test(option)) && way.restoredBy === 'psql';

  const account = await restoreOurs(sandbox, ours);

  const expected = tools
    .tool('pg_dump', ['--encoding=UTF8', compressedPlain ? 'source' : await reference(way, theirs)])
    .toString();
  const database = onlyDatabase(account);
  expect(compareDumps(expected, sandbox.tool('pg_dump', ['--encoding=UTF8', database]).toString())).toEqual(
    noDifference,
  );
  expect(account.complete).toBe(true);
  expect(
    account.entries.filter(({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached'),
  ).toEqual([]);
  expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual([]);
  expect(
    account.findings.filter(({ severity }) => severity === 'error' || severity === 'unverified'),
  ).toEqual([]);
  expect(await invalidIndexes(sandbox, database)).toEqual([]);
}

test.each(dumpWays)('$name: ours and PostgreSQL’s tools make the same database of it', (way) =>
  expectSameResult(way),
);

describe('with the tools of PostgreSQL 17', () => {
  test.each(dumpWays17)('$name: ours and PostgreSQL’s tools make the same database of it', (way) =>
    expectSameResult(way),
  );
});

describe('a cluster', () => {
  test.each([[[]], [['--clean', '--if-exists']], [['--no-role-passwords']]])(
    'dumped with pg_dumpall %j comes with its roles and databases',
    async (options) => {
      await tools.createDatabase('second db');
      await tools.sql(
        'second db',
        `CREATE TABLE t (id integer PRIMARY KEY); INSERT INTO t VALUES (1); ALTER TABLE t OWNER TO app_owner`,
      );
      await tools.sql('postgres', `CREATE TABLE IF NOT EXISTS in_postgres (id integer)`);
      const path = join(directory, 'cluster.sql');
      writeFileSync(path, tools.tool('pg_dumpall', options));

      const account = await restoreOurs(sandbox, path);

      expect(account.complete).toBe(true);
      expect(
        account.entries.filter(
          ({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached',
        ),
      ).toEqual([]);
      expect(account.databases).toEqual(
        expect.arrayContaining([
          { dumpName: 'source', name: 'source' },
          { dumpName: 'second db', name: 'second db' },
          { dumpName: 'postgres', name: 'postgres_from_dump' },
        ]),
      );
      for (const { dumpName, name } of account.databases)
        if (dumpName !== 'reference')
          expect(
            compareDumps(
              tools.tool('pg_dump', [dumpName ?? '']).toString(),
              sandbox.tool('pg_dump', [name]).toString(),
            ),
            name,
          ).toEqual(noDifference);
      const roles = `SELECT rolname, rolinherit, rolcreaterole, rolcanlogin, rolpassword IS NULL FROM pg_authid WHERE rolname IN ('app_owner', 'auditor', 'tenant', 'Reader é "quoted" x.y') ORDER BY 1`;
      expect(await sandbox.sql('postgres', roles)).toEqual(await tools.sql('postgres', roles));
      expect(await sandbox.sql('postgres', `SELECT pg_has_role('app_owner', 'tenant', 'MEMBER')`)).toEqual([
        [true],
      ]);
    },
  );
});
