import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${index + 1}\tname ${index + 1}`);

const chunksOf = (rows: string[]): string[][] =>
  Array.from({ length: Math.ceil(rows.length / 100) }, (_, index) =>
    rows.slice(index * 100, index * 100 + 100),
  );

const createItems = entryEvent('CREATE TABLE public.items (id integer NOT NULL, name text)', {
  type: 'TABLE',
  schema: 'public',
  name: 'items',
});

function* itemsDump(rows: string[], before: DumpEvent[] = []): Generator<DumpEvent> {
  yield createItems;
  yield* before;
  yield* rowsEvents('public', 'items', chunksOf(rows), ' (id, name)');
  yield entryEvent('ALTER TABLE ONLY public.items ADD CONSTRAINT items_pkey PRIMARY KEY (id)', {
    type: 'CONSTRAINT',
    schema: 'public',
    name: 'items items_pkey',
  });
}

let server: TestServer;
beforeAll(async () => {
  // As the sandbox on this machine has it.
  server = await TestServer.start('target', { settings: { wal_level: 'minimal', max_wal_senders: '0' } });
});
afterAll(() => server.stop());
afterEach(() => dropDatabases(server));

/** TRUNCATE gives a table a new file; until then its number is that of the table. */
const wasEmptiedFirst = async (): Promise<unknown> =>
  (await server.sql('main', `SELECT pg_relation_filenode('items') <> 'items'::regclass::oid`))[0]?.[0];

/** The reader may be chunks ahead: a session that has not begun its COPY would be lost without a row. */
const loseConnectionOfCopy = async (): Promise<void> => {
  const ended = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'main' AND query LIKE '%COPY%' AND state = 'active'`;
  while ((await server.sql('postgres', ended)).length === 0) await sleep(10);
};

describe('a table loaded in one transaction', () => {
  test.each([
    [1, true],
    [2, true],
    [3, false],
  ])('over %i connections: %s, and has every row', async (connections, isWhole) => {
    const account = await restore(server, () => itemsDump(numbered(2000)), { options: { connections } });

    expect(account.findings).toEqual([]);
    expect(account.tables).toMatchObject([{ rowsInDump: 2000, rowsLoaded: 2000 }]);
    expect(await server.sql('main', 'SELECT count(*)::int, sum(id)::int FROM items')).toEqual([
      [2000, 2001000],
    ]);
    expect(await wasEmptiedFirst()).toBe(isWhole);
  });

  test('is left empty when one row does not fit, and the next tables are loaded', async () => {
    const rows = numbered(1000);
    rows[641] = '642\tsecret value\ttoo many';

    const account = await restore(server, function* () {
      yield* itemsDump(rows);
      yield entryEvent('CREATE TABLE public.others (id integer NOT NULL, name text)', {
        type: 'TABLE',
        schema: 'public',
        name: 'others',
      });
      yield* rowsEvents('public', 'others', chunksOf(numbered(10)), ' (id, name)');
    });

    expect(
      await server.sql('main', 'SELECT (SELECT count(*)::int FROM items), count(*)::int FROM others'),
    ).toEqual([[0, 10]]);
    expect(account.tables).toMatchObject([
      { name: 'items', rowsInDump: 1000, rowsLoaded: 0 },
      { name: 'others', rowsLoaded: 10 },
    ]);
    expect(account.findings).toMatchObject([
      {
        code: 'ROWS_REJECTED',
        message: expect.stringContaining('row 642 of its data, line 742 of the dump'),
      },
    ]);
    expect(JSON.stringify(account)).not.toContain('secret');
  });

  test('keeps rows that were there before', async () => {
    const insert = entryEvent("INSERT INTO public.items VALUES (0, 'first')", {
      type: 'STATEMENT',
      schema: 'public',
      name: 'items',
    });

    const account = await restore(server, () => itemsDump(numbered(500), [insert]));

    expect(account.findings).toEqual([]);
    expect(await server.sql('main', 'SELECT count(*)::int, min(id) FROM items')).toEqual([[501, 0]]);
    expect(await wasEmptiedFirst()).toBe(false);
  });

  test('and rows that a trigger of an earlier table wrote into it', async () => {
    const statements = [
      'CREATE TABLE public.orders (id integer)',
      'CREATE FUNCTION public.note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.items VALUES (-new.id); RETURN new; END $$',
      'CREATE TRIGGER note AFTER INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.note()',
    ].map((sql) => entryEvent(sql));
    const orders = [...rowsEvents('public', 'orders', chunksOf(['1', '2', '3']), ' (id)')];

    await restore(server, () => itemsDump(numbered(500), [...statements, ...orders]));

    expect(await server.sql('main', 'SELECT count(*)::int, min(id) FROM items')).toEqual([[503, -3]]);
  });

  test('and its lost connection starts the database afresh, once', async () => {
    let readings = 0;
    async function* withLoss(): AsyncGenerator<DumpEvent, void, undefined> {
      readings += 1;
      const isFirst = readings === 1;
      yield { kind: 'header', header: aHeader() };
      let seen = 0;
      for (const event of itemsDump(numbered(4000))) {
        if (event.kind === 'rows') seen += 1;
        if (event.kind === 'rows' && seen === 20 && isFirst) await loseConnectionOfCopy();
        yield event;
      }
      yield { kind: 'end', complete: true };
    }

    const account = await restore(server, withLoss);

    expect(readings).toBe(2);
    expect(account.complete).toBe(true);
    expect(account.findings).toMatchObject([{ code: 'CONNECTION_RETRIED' }]);
    expect(await server.sql('main', 'SELECT count(*)::int, count(DISTINCT id)::int FROM items')).toEqual([
      [4000, 4000],
    ]);
  });
});
