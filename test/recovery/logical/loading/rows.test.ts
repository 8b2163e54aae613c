import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

const chunksOf = (rows: string[], size: number): string[][] =>
  Array.from({ length: Math.ceil(rows.length / size) }, (_, index) =>
    rows.slice(index * size, (index + 1) * size),
  );

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1}\tname ${index + 1}`);

function* itemsDump(rows: string[], chunkRows = 100): Generator<DumpEvent> {
  yield entryEvent("SET client_encoding = 'UTF8'");
  yield entryEvent("SELECT pg_catalog.set_config('search_path', '', false)");
  yield entryEvent('CREATE TABLE public.items (id integer NOT NULL, name text)', {
    type: 'TABLE',
    schema: 'public',
    name: 'items',
  });
  yield* rowsEvents('public', 'items', chunksOf(rows, chunkRows), ' (id, name)');
  yield entryEvent('ALTER TABLE ONLY public.items ADD CONSTRAINT items_pkey PRIMARY KEY (id)', {
    type: 'CONSTRAINT',
    schema: 'public',
    name: 'items items_pkey',
  });
}

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

describe('loading rows', () => {
  test.each([1, 2, 4])('over %i connections gives every row', async (connections) => {
    const account = await restore(server, () => itemsDump(numbered(1000)), { options: { connections } });

    expect(account.complete).toBe(true);
    expect(account.findings).toEqual([]);
    expect(account.tables).toMatchObject([
      { database: 'main', schema: 'public', name: 'items', rowsInDump: 1000, rowsLoaded: 1000 },
    ]);
    expect(account.entries.map((entry) => entry.outcome.status)).toEqual(Array(3).fill('restored'));
    expect(account.restoredBeside).toBe(2);
    expect(await server.sql('main', 'SELECT count(*)::int, sum(id)::int FROM items')).toEqual([
      [1000, 500500],
    ]);
  });

  test('leaves a table empty when one row does not fit, and names the row but not its content', async () => {
    const rows = numbered(1000);
    rows[641] = '642\tsecret value\ttoo many';

    const account = await restore(server, () => itemsDump(rows));

    expect(await server.sql('main', 'SELECT count(*)::int FROM items')).toEqual([[0]]);
    expect(account.tables).toMatchObject([{ rowsInDump: 1000, rowsLoaded: 0 }]);
    expect(account.findings).toMatchObject([
      {
        code: 'ROWS_REJECTED',
        message: expect.stringContaining('row 642 of its data, line 742 of the dump'),
      },
    ]);
    expect(JSON.stringify(account)).not.toContain('secret');
  });

  test('names the column of a value that cannot be read', async () => {
    const rows = numbered(300);
    rows[250] = 'planted-value\tx';

    const account = await restore(server, () => itemsDump(rows));

    expect(account.findings).toMatchObject([
      {
        code: 'ROWS_REJECTED',
        message: expect.stringContaining('row 251 of its data, line 351 of the dump, column id'),
      },
    ]);
    expect(JSON.stringify(account)).not.toContain('planted');
  });

  test('calls a duplicate key damage in the source', async () => {
    const account = await restore(server, () => itemsDump([...numbered(10), '7\tagain']));

    expect(account.findings).toMatchObject([
      { code: 'DUPLICATE_KEYS', message: expect.stringContaining('items_pkey') },
    ]);
    expect(account.entries.at(-1)?.outcome).toMatchObject({
      status: 'failed',
      failure: 'duplicate key',
      sqlState: '23505',
    });
    expect(account.tables).toMatchObject([{ rowsLoaded: 11 }]);
  });
});
