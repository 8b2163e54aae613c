import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { packagedMajors } from '../../lib/adapters/sandboxes/local-process/server-packages.ts';
import { TestServer } from '../support/server.ts';
import { catalogOf } from './support/catalog-fingerprint.ts';
import { fetchedPrograms } from './support/fetched-programs.ts';
import { contentOfRelations } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';
import { createRoles, createSource, type HurtingSchema } from './support/schemas.ts';

// Dumps of a server of version 15 on servers 14 to 18, ours beside psql as a superuser on the same server, by catalog and
// digests of rows: the installed pg_dump is too old for newer servers.

/** What the product can fetch for this platform, but the version that the dumps come from. */
const majors = packagedMajors().filter((major) => major !== 15);

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

describe.each(majors)('on a server of version %i', (major) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await TestServer.start('sandbox', { programs: await fetchedPrograms(major) });
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
});
