import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createFileDumpStore } from '../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { dumpSourceOf } from '../../lib/recovery/logical/dump-source.ts';
import { openDump } from '../../lib/recovery/logical/reading/open-dump.ts';
import { TestServer } from '../support/server.ts';
import { compareDumps, noDifference } from './support/dump-comparison.ts';
import { invalidIndexes } from './support/relation-content.ts';
import { onlyDatabase, restoreOurs } from './support/restoring.ts';

// Tables of several MiB in an archive on disk are read before their turn; the result must be what it was. One checks its rows with
// a function that looks at another table, which must be there by then.
const database = `
CREATE TABLE a_small (id integer PRIMARY KEY); INSERT INTO a_small SELECT generate_series(1, 100);
CREATE TABLE b_middle (id integer PRIMARY KEY, a integer REFERENCES a_small, v text);
INSERT INTO b_middle SELECT n, 1 + n % 100, md5(n::text) || md5((-n)::text) FROM generate_series(1, 50000) n;
CREATE TABLE c_large (id integer PRIMARY KEY, b integer REFERENCES b_middle, v text, twice integer GENERATED ALWAYS AS (id * 2) STORED);
INSERT INTO c_large (id, b, v) SELECT n, 1 + n % 50000, md5(n::text) || md5((2 * n)::text) FROM generate_series(1, 120000) n;
CREATE INDEX ON c_large (v); CREATE INDEX ON c_large (b) WHERE id > 5;
CREATE FUNCTION of_a(integer) RETURNS boolean LANGUAGE sql AS 'SELECT EXISTS (SELECT FROM public.a_small WHERE id = $1)';
CREATE TABLE d_checked (id integer, v text, CHECK (of_a(id))); INSERT INTO d_checked SELECT 1 + n % 100, md5(n::text) || md5((3 * n)::text) || md5((4 * n)::text) FROM generate_series(1, 150000) n;
SELECT lo_create(4711); SELECT lo_put(4711, 0, '\\x0102');`;

let tools: TestServer;
let sandbox: TestServer;
let directory: string;
beforeAll(async () => {
  [tools, sandbox] = await Promise.all([TestServer.shared('source'), TestServer.shared('sandbox')]);
  directory = mkdtempSync(join(tmpdir(), 'restore-drill-largest-'));
  await tools.createDatabase('source');
  await tools.sql('source', database);
  tools.tool('pg_dump', ['-Fc', '-f', join(directory, 'custom'), 'source']);
  tools.tool('pg_dump', ['-Fd', '-f', join(directory, 'directory'), 'source']);
});
afterEach(() => sandbox.clear());
afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function orderOf(name: string): Promise<string[]> {
  const { store, key } = await createFileDumpStore(join(directory, name));
  const found = await store.stat(key);
  const place = found ?? { key, sizeBytes: 0 };
  const dump = await openDump(dumpSourceOf(store, { ...place, directory: found === null }), {
    passphrase: null,
  });
  const order: string[] = [];
  for await (const event of dump.reader) if (event.kind === 'rows-begin') order.push(event.table);
  dump.close();
  return order;
}

test.each(['custom', 'directory'])(
  '%s: the largest table comes first, one whose check looks at another does not',
  async (name) => {
    expect(await orderOf(name)).toEqual(['c_large', 'b_middle', 'a_small', 'd_checked']);
  },
);

test.each([
  ['custom', 1],
  ['custom', 2],
  ['custom', 4],
  ['directory', 2],
])('%s over %i connections: the database is the same', async (name, connections) => {
  const account = await restoreOurs(sandbox, join(directory, name), { connections });

  const restored = sandbox.tool('pg_dump', [onlyDatabase(account)]).toString();
  expect(compareDumps(tools.tool('pg_dump', ['source']).toString(), restored)).toEqual(noDifference);
  expect(account).toMatchObject({ complete: true, findings: [{ code: 'SEQUENTIAL_FALLBACK' }] });
  expect(
    account.entries.filter(({ outcome }) => outcome.status === 'failed' || outcome.status === 'not reached'),
  ).toEqual([]);
  expect(account.tables.filter(({ rowsInDump, rowsLoaded }) => rowsInDump !== rowsLoaded)).toEqual([]);
  expect(await invalidIndexes(sandbox, onlyDatabase(account))).toEqual([]);
});
