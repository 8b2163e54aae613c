import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestServer } from '../support/server.ts';
import { catalogOf } from './support/catalog-fingerprint.ts';
import { fetchedPrograms } from './support/fetched-programs.ts';
import { contentOfRelations } from './support/relation-content.ts';
import { restoreOurs } from './support/restoring.ts';

// The cluster dumps of a real system, of a server 18: ours against psql as a superuser, by catalog and digests of rows.

const folder = resolve(import.meta.dirname, '../../../shared/dumps/homelab/postgres');
const present = existsSync(folder);

if (!present) {
  test('the cluster dumps beside the repository are absent: real clusters were not compared', () => {
    expect(present).toBe(false);
  });
}

describe.runIf(present)('a cluster of a real system', () => {
  let tools: TestServer;
  let sandbox: TestServer;
  beforeAll(async () => {
    const programs = await fetchedPrograms(18);
    [tools, sandbox] = await Promise.all([
      TestServer.start('source', { programs }),
      TestServer.start('sandbox', { programs }),
    ]);
  });
  afterAll(() => Promise.all([tools, sandbox].map((server) => server?.stop())));

  test.each(['20251116/postgres-all-20251116-095831.sql.gz', '20261118/postgres-all-20261118-095822.sql.gz'])(
    '%s comes out as psql makes it',
    async (name) => {
      await Promise.all([tools, sandbox].map((server) => server.clear()));
      await tools.sql(
        'postgres',
        `DROP SCHEMA public CASCADE; CREATE SCHEMA public AUTHORIZATION pg_database_owner; GRANT USAGE ON SCHEMA public TO PUBLIC`,
      );
      const script = execFileSync('gzip', ['-dc', join(folder, name)], {
        encoding: 'utf8',
        maxBuffer: 2 ** 30,
      });
      // psql would stop where the machine lacks the dump's locale; what a locale is called is not compared here.
      const errors =
        tools
          .try('psql', ['-X', '-q', '-d', 'postgres'], {
            input: script.replaceAll("LOCALE = 'en_US.utf8'", "LOCALE = 'C.UTF-8'"),
          })
          .stderr.match(/ERROR: .*/g) ?? [];
      expect(errors.filter((error) => !/role "postgres" already exists/.test(error))).toEqual([]);

      const account = await restoreOurs(sandbox, join(folder, name), {}, new AbortController().signal, true);

      expect(account.complete).toBe(true);
      expect(account.entries.filter(({ outcome }) => outcome.status === 'failed')).toEqual([]);
      expect(account.databases.length).toBeGreaterThan(2);
      for (const { dumpName, name: ours } of account.databases) {
        expect(await catalogOf(sandbox, ours), ours).toEqual(await catalogOf(tools, dumpName ?? ''));
        expect(await contentOfRelations(sandbox, ours), ours).toEqual(
          await contentOfRelations(tools, dumpName ?? ''),
        );
      }
      const roles = `SELECT rolname, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolconnlimit FROM pg_roles WHERE rolname !~ '^(pg_|master$|drill_admin$|postgres$)' ORDER BY 1`;
      expect(await sandbox.sql('postgres', roles)).toEqual(await tools.sql('postgres', roles));
    },
  );
});
