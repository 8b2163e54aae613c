import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RestoreAccount } from '../../lib/domain/recovery/restore-account.ts';
import { TestServer } from '../support/server.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';

// A dump is input from outside. Everything here would act if it were executed, and the act would be seen.

let sandbox: TestServer;
let directory: string;
let listener: Server;
let port = 0;
let connections = 0;
beforeAll(async () => {
  sandbox = await TestServer.shared('sandbox');
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-hostile-'));
  listener = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  port = await new Promise<number>((resolve) => {
    listener.listen(0, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
});
beforeEach(() => sandbox.clear());
afterAll(async () => {
  listener?.close();
  rmSync(directory, { recursive: true, force: true });
});

const secret = 'planted-secret';
const mark = () => join(directory, 'executed');

/** A dump of one table with the hostile lines before, between and after. */
const dumpWith = (hostile: string) => `--
-- PostgreSQL database dump
--

SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);

--
-- Name: t; Type: TABLE; Schema: public; Owner: postgres
--

CREATE TABLE public.t (id integer, v text);

${hostile}

COPY public.t (id, v) FROM stdin;
1	one
2	two
\\.

${hostile}

--
-- PostgreSQL database dump complete
--

`;

async function restoreHostile(hostile: string): Promise<RestoreAccount> {
  const path = join(directory, 'hostile.sql');
  writeFileSync(path, dumpWith(hostile));
  return restoreOurs(sandbox, path);
}

const hostileLines: [string, () => string, RegExp][] = [
  ['a shell command', () => `\\! touch ${mark()}`, /META_COMMAND_REFUSED/],
  ['an included file', () => `\\i ${join(directory, 'other.sql')}`, /META_COMMAND_REFUSED/],
  ['an included file by \\ir', () => `\\ir other.sql`, /META_COMMAND_REFUSED/],
  ['output to a file', () => `\\o ${mark()}\nSELECT 1;\n\\o`, /META_COMMAND_REFUSED/],
  ['\\copy to a program', () => `\\copy public.t to program 'touch ${mark()}'`, /META_COMMAND_REFUSED/],
  ['a backtick variable', () => `\\set x \`touch ${mark()}\``, /META_COMMAND_REFUSED/],
  ['\\setenv', () => `\\setenv PGHOST 127.0.0.1`, /META_COMMAND_REFUSED/],
  ['COPY from a program', () => `COPY public.t FROM PROGRAM 'touch ${mark()}';`, /STATEMENT_REFUSED/],
  ['COPY to a program', () => `COPY public.t TO PROGRAM 'touch ${mark()}';`, /STATEMENT_REFUSED/],
  ['COPY to a file', () => `COPY public.t TO '${mark()}';`, /STATEMENT_REFUSED/],
  ['COPY from a file', () => `COPY public.t FROM '/etc/hostname';`, /STATEMENT_REFUSED/],
  ['COPY to stdout', () => `COPY public.t TO stdout;`, /STATEMENT_REFUSED/],
  ['ALTER SYSTEM', () => `ALTER SYSTEM SET work_mem = '123MB';`, /STATEMENT_REFUSED/],
  ['a DO block', () => `DO $$ BEGIN CREATE ROLE intruder; END $$;`, /STATEMENT_REFUSED/],
  ['a call', () => `CALL public.nothing();`, /STATEMENT_REFUSED/],
  ['SET ROLE', () => `SET ROLE pg_monitor;`, /STATEMENT_REFUSED/],
  ['a reset of the role', () => `RESET SESSION AUTHORIZATION;`, /^/],
  ['ROLLBACK', () => `ROLLBACK;`, /STATEMENT_REFUSED/],
  ['a prepared transaction', () => `PREPARE TRANSACTION 'x';`, /STATEMENT_REFUSED/],
  ['a select with a side effect', () => `SELECT pg_catalog.pg_reload_conf();`, /STATEMENT_REFUSED/],
  ['a file read', () => `SELECT pg_catalog.pg_read_file('/etc/passwd');`, /STATEMENT_REFUSED/],
  ['a large object to a file', () => `SELECT pg_catalog.lo_export(1, '${mark()}');`, /STATEMENT_REFUSED/],
  [
    'a backend killed',
    () => `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_stat_activity;`,
    /STATEMENT_REFUSED/,
  ],
  [
    'a dblink call',
    () => `SELECT public.dblink_exec('host=127.0.0.1 port=${port} password=${secret}', 'x');`,
    /STATEMENT_REFUSED/,
  ],
  [
    'a function inside an INSERT',
    () =>
      `INSERT INTO public.t SELECT 1, public.dblink('host=127.0.0.1 port=${port} password=${secret}', 'x');`,
    /STATEMENT_REFUSED/,
  ],
  ['a write into the catalog', () => `UPDATE pg_catalog.pg_authid SET rolsuper = true;`, /STATEMENT_REFUSED/],
  ['a superuser', () => `CREATE ROLE intruder SUPERUSER LOGIN PASSWORD '${secret}';`, /^/],
  ['a foreign schema', () => `IMPORT FOREIGN SCHEMA s FROM SERVER x INTO public;`, /STATEMENT_REFUSED/],
  ['strings that mean something else', () => `SET standard_conforming_strings = off;`, /^/],
  ['LOAD', () => `LOAD 'auto_explain';`, /STATEMENT_REFUSED/],
  ['EXPLAIN ANALYZE', () => `EXPLAIN ANALYZE INSERT INTO public.t VALUES (9, 'x');`, /STATEMENT_REFUSED/],
  [
    'a subscription with a password',
    () => `CREATE SUBSCRIPTION s CONNECTION 'host=127.0.0.1 port=${port} password=${secret}' PUBLICATION p;`,
    /^/,
  ],
  [
    'a user mapping with a password',
    () => `CREATE USER MAPPING FOR PUBLIC SERVER s OPTIONS (password '${secret}');`,
    /^/,
  ],
];

describe('a hostile dump', () => {
  test.each(hostileLines)(
    'with %s does nothing of it, names what it refused and restores the rest',
    async (_name, hostile, finding) => {
      writeFileSync(join(directory, 'other.sql'), 'CREATE ROLE intruder;');
      const before = connections;

      const account = await restoreHostile(hostile());

      expect(existsSync(mark())).toBe(false);
      expect(connections).toBe(before);
      expect(sandbox.file('postgresql.auto.conf')).not.toContain('work_mem');
      expect(
        await sandbox.sql('postgres', `SELECT rolname FROM pg_roles WHERE rolname = 'intruder' AND rolsuper`),
      ).toEqual([]);
      expect(
        await sandbox.sql(
          'postgres',
          `SELECT rolname FROM pg_roles WHERE rolsuper AND rolname <> 'drill_admin'`,
        ),
      ).toEqual([]);
      expect(await sandbox.sql(onlyDatabase(account), 'SELECT id, v FROM public.t ORDER BY 1')).toEqual([
        [1, 'one'],
        [2, 'two'],
      ]);
      expect(account.complete).toBe(true);
      expect(JSON.stringify(account)).not.toContain(secret);
      const codes = account.findings.filter(({ severity }) => severity !== 'info').map(({ code }) => code);
      expect(codes.join(' ')).toMatch(finding);
    },
  );

  test.each([
    ['another host', () => `\\connect "dbname=x host=127.0.0.1 port=${port} password=${secret}"`],
    ['another host in words', () => `\\connect x postgres 127.0.0.1 ${port}`],
    ['a URI', () => `\\c postgresql://u:${secret}@127.0.0.1:${port}/x`],
  ])('that connects to %s connects nowhere and is refused', async (_name, hostile) => {
    const before = connections;
    const account = await restoreHostile(hostile()).catch((error: unknown) => error);

    expect(connections).toBe(before);
    expect(JSON.stringify(account) + String(account)).not.toContain(secret);
    expect(JSON.stringify(account)).toMatch(/META_COMMAND_REFUSED|REQUEST_INVALID/);
  });

  test.each([
    ['output to a program', () => `SELECT 1 \\g |touch ${mark()}`],
    ['\\gexec', () => `SELECT 'CREATE ROLE intruder SUPERUSER' \\gexec`],
  ])('whose statement ends in %s is refused and not taken for complete', async (_name, hostile) => {
    const account = await restoreHostile(hostile());

    expect(existsSync(mark())).toBe(false);
    expect(await sandbox.sql('postgres', `SELECT FROM pg_roles WHERE rolname = 'intruder'`)).toEqual([]);
    expect(account.findings.map(({ code, severity }) => `${code} ${severity}`)).toContain(
      'META_COMMAND_REFUSED error',
    );
    expect(account.complete).toBe(false);
  });

  test('that commits inside does not end a transaction of ours', async () => {
    const account = await restoreHostile('BEGIN;\nCOMMIT;\nSTART TRANSACTION;\nEND;');

    expect(account.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await sandbox.sql(onlyDatabase(account), 'SELECT count(*)::integer FROM public.t')).toEqual([[2]]);
  });
});
