import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { postgresqlPrograms } from '../../scripts/oracle-programs.mjs';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { restoreOurs } from './support/restoring.ts';

// Pagila, Chinook, Northwind and the five systems: ours against psql and pg_restore as a superuser.

const folder = resolve(import.meta.dirname, '../../../shared/dumps');
const present = existsSync(join(folder, 'EXPECTED.json'));

const expectedFiles = z.object({
  files: z.record(z.string(), z.object({ format: z.string(), verdict: z.string() })),
});
const files = present
  ? Object.entries(expectedFiles.parse(JSON.parse(readFileSync(join(folder, 'EXPECTED.json'), 'utf8'))).files)
  : [];
/** Dumps of one database that PostgreSQL's tools can read on a server of version 15; clusters are another test's. */
const logical = files
  .filter(([, { verdict, format }]) => verdict === 'pass' && !/pg_basebackup|WAL|pg_dumpall/.test(format))
  .map(([name]) => name);

/** Dumps in which the schema public belongs to `postgres`, as before version 15. */
const ownsPublic = /pagila_2026|chinook/;
/** Rule owner-bootstrap: the schema stays with pg_database_owner, which is the master. */
const publicOfTheDatabaseOwner = {
  ...noDifference,
  missing: ['Name: public; Type: SCHEMA; Schema: -'],
  changed: [expect.objectContaining({ entry: 'Name: SCHEMA public; Type: ACL; Schema: -' })],
};

if (!present) {
  test('the dumps beside the repository are absent: the oracle did not look at real systems', () => {
    expect(present).toBe(false);
  });
}

describe.runIf(present)('dumps of real systems', () => {
  let tools: TestServer;
  let sandbox: TestServer;
  let directory: string;
  beforeAll(async () => {
    [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
    directory = mkdtempSync(join(tmpdir(), 'restore-drill-shared-oracle-'));
    // The roles that dumps name but do not define, so that owners and grants can be compared.
    await tools.sql('postgres', 'CREATE ROLE guestguard; CREATE ROLE guestguard_ro');
  });
  afterEach(() => sandbox.clear());
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  /** What the tools of PostgreSQL can read, from what is stored. */
  function readable(name: string): string {
    const path = join(folder, name);
    const out = join(directory, 'readable');
    rmSync(out, { recursive: true, force: true });
    if (name.endsWith('.dir.tar.gz')) {
      execFileSync('mkdir', [out]);
      execFileSync('tar', ['-xzf', path, '-C', out]);
      return existsSync(join(out, 'toc.dat')) ? out : join(out, readdirOnly(out));
    }
    const unpack = name.endsWith('.gz') ? 'gzip' : name.endsWith('.zst') ? 'zstd' : null;
    if (unpack === null) return path;
    execFileSync('sh', ['-c', `${unpack} -dc < "$1" > "$2"`, 'sh', path, out]);
    return out;
  }

  const readdirOnly = (path: string): string => execFileSync('ls', [path], { encoding: 'utf8' }).trim();

  function restoreWithTools(path: string): string[] {
    const isArchive =
      statSync(path).isDirectory() ||
      /^(PGDMP|toc\.dat)/.test(readFileSync(path).subarray(0, 7).toString('latin1'));
    if (!isArchive)
      return tools.try('psql', ['-X', '-q', '-d', 'reference', '-f', path]).stderr.match(/ERROR: .*/g) ?? [];
    const first = tools.try('pg_restore', ['-d', 'reference', path]);
    if (!/unsupported version/.test(first.stderr)) return first.stderr.match(/ERROR: .*/g) ?? [];
    const newer = tools.try('pg_restore', ['-d', 'reference', path], { programs: postgresqlPrograms(17) });
    return newer.stderr.match(/ERROR: .*/g) ?? [];
  }

  test.each(logical)('%s comes out as PostgreSQL’s own tools make it', async (name) => {
    await tools.createDatabase('reference');
    const errors = restoreWithTools(readable(name)).filter((error) => !/transaction_timeout/.test(error));
    expect(errors).toEqual([]);

    const account = await restoreOurs(sandbox, join(folder, name));

    expect(account.complete).toBe(true);
    expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual([]);
    const [database] = account.databases;
    expect(
      compareDumps(
        tools.tool('pg_dump', ['reference']).toString(),
        sandbox.tool('pg_dump', [database?.name ?? '']).toString(),
      ),
    ).toEqual(ownsPublic.test(name) ? publicOfTheDatabaseOwner : noDifference);
  });
});
