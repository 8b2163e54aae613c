import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { cachedServer, fetchServer } from '../../lib/adapters/sandboxes/local-process/fetch-server.ts';
import { serverPackage } from '../../lib/adapters/sandboxes/local-process/server-packages.ts';
import { defaultPlaces } from '../../lib/runtimes/local/places.ts';
import { TestServer } from '../support/server.ts';
import { catalogOf } from './support/catalog-fingerprint.ts';
import { contentOfRelations } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles, createSource, type HurtingSchema } from './support/schemas.ts';

// Dumps of a server of version 15 on servers 14 to 18, ours beside psql as a superuser on the same server, by catalog and
// digests of rows: the installed pg_dump is too old for newer servers.

/** Servers of other versions come from the product's own cache; ORACLE_FETCH_SERVERS=1 downloads what is missing there. */
const { cacheDirectory } = defaultPlaces();
const programsOf = async (major: number): Promise<string | null> => {
  const wanted = serverPackage(major);
  if (wanted === null) return null;
  const cached = await cachedServer(cacheDirectory, wanted);
  if (cached !== null || process.env.ORACLE_FETCH_SERVERS !== '1') return cached;
  return fetchServer(cacheDirectory, wanted, { signal: new AbortController().signal, onProgress: () => {} });
};
const majors = [14, 16, 17, 18];
const programs = new Map(
  await Promise.all(majors.map(async (major) => [major, await programsOf(major)] as const)),
);

/** Schemas in the words of 15 that 14 does not know are left out there. */
const schemasFor = (major: number): HurtingSchema[] =>
  major < 15
    ? ['partitions', 'routines', 'names', 'rows', 'privileges']
    : ['partitions', 'routines', 'names', 'rows', 'privileges', 'views', 'tables', 'search'];

let tools: TestServer;
let directory: string;
beforeAll(async () => {
  tools = await TestServer.shared('source');
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-versions-'));
  await createRoles(tools);
});
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

for (const [major, found] of programs) {
  if (found !== null) continue;
  test(`no server of version ${major} is in the cache: dumps were not restored onto it (set ORACLE_FETCH_SERVERS=1)`, () => {
    expect(programs.get(major)).toBeNull();
  });
}

describe.each([...programs].filter(([, found]) => found !== null))(
  'on a server of version %i',
  (major, found) => {
    let server: TestServer;
    beforeAll(async () => {
      server = await TestServer.start('sandbox', { programs: found ?? '' });
    });
    afterEach(async () => {
      await server.clear();
      await server.sql('postgres', 'DROP ROLE IF EXISTS postgres');
    });
    afterAll(() => server?.stop());

    test.each(schemasFor(major))('the schema %s comes out as psql makes it', async (schema) => {
      await createSource(tools, 'source', [schema]);
      const path = join(directory, `${schema}-${major}.sql`);
      writeFileSync(path, tools.tool('pg_dump', ['source']));

      const account = await restoreOurs(server, path);

      expect(account.complete).toBe(true);
      expect(account.entries.filter(({ outcome }) => outcome.status === 'failed')).toEqual([]);
      const ours = onlyDatabase(account);
      await server.sql('postgres', 'CREATE ROLE postgres SUPERUSER LOGIN');
      await server.createDatabase('reference', 'postgres');
      server.try('psql', ['-X', '-q', '-d', 'reference', '-f', path], { user: 'postgres' });
      if (schema === 'views')
        await server.sql(
          'reference',
          'ALTER TABLE secured NO FORCE ROW LEVEL SECURITY; REFRESH MATERIALIZED VIEW of_secured; ALTER TABLE secured FORCE ROW LEVEL SECURITY',
        );
      // Rule owner-public-schema: before 15 the schema public is the superuser's.
      const compared = (lines: string[]) =>
        lines.filter((line) => major >= 15 || !line.startsWith('schema ~ public ~'));
      expect(compared(await catalogOf(server, ours))).toEqual(compared(await catalogOf(server, 'reference')));
      expect(await contentOfRelations(server, ours)).toEqual(await contentOfRelations(server, 'reference'));
    });
  },
);
