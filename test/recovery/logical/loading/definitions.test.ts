import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { DrillError } from '../../../../lib/domain/findings/errors.ts';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, anEntry, entryEvent, rowsEvents, statement } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const table = (name: string, columns: string): DumpEvent =>
  entryEvent(`CREATE TABLE public.${name} (${columns})`, { type: 'TABLE', schema: 'public', name });

/** Rows in chunks of a hundred: more than go together with the statement that makes their table. */
const inChunks = (rows: number, row: (index: number) => string): string[][] =>
  Array.from({ length: rows / 100 }, (_, chunk) =>
    Array.from({ length: 100 }, (__, index) => row(chunk * 100 + index)),
  );

describe('definitions after the data', () => {
  test('an orphan is told as one, and the rest goes on', async () => {
    const account = await restore(server, () => [
      table('parents', 'id integer PRIMARY KEY'),
      table('children', 'id integer, parent integer'),
      ...rowsEvents('public', 'children', [['1\t1', '2\t99']]),
      ...rowsEvents('public', 'parents', [['1']]),
      entryEvent(
        'ALTER TABLE ONLY public.children ADD CONSTRAINT children_parent_fkey FOREIGN KEY (parent) REFERENCES public.parents(id)',
        {
          type: 'FK CONSTRAINT',
          schema: 'public',
          name: 'children children_parent_fkey',
        },
      ),
      entryEvent('CREATE INDEX children_parent_idx ON public.children USING btree (parent)', {
        type: 'INDEX',
        schema: 'public',
        name: 'children_parent_idx',
      }),
    ]);

    expect(account.findings).toMatchObject([
      { code: 'FK_ORPHANS', message: expect.stringContaining('children_parent_fkey') },
    ]);
    expect(account.findings[0]?.message).not.toContain('99');
    expect(account.entries.map(({ outcome }) => outcome.status)).toEqual([
      'restored',
      'restored',
      'restored',
      'restored',
      'failed',
      'restored',
    ]);
    expect(account.announced).toContainEqual({
      database: 'main',
      type: 'INDEX',
      schema: 'public',
      name: 'children_parent_idx',
      table: null,
    });
    expect(account.announced).toContainEqual({
      database: 'main',
      type: 'FK CONSTRAINT',
      schema: 'public',
      name: 'children_parent_fkey',
      table: 'children',
    });
  });

  test('a function that needs a search_path is called a defect of the backup', async () => {
    const account = await restore(server, () => [
      entryEvent("SELECT pg_catalog.set_config('search_path', '', false)"),
      entryEvent(
        'CREATE FUNCTION public.helper(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT pg_catalog.lower(t) $$',
      ),
      entryEvent(
        'CREATE FUNCTION public.folded(t text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN RETURN helper(t); END $$',
      ),
      table('items', 'name text'),
      ...rowsEvents('public', 'items', [['One']]),
      entryEvent('CREATE INDEX items_folded ON public.items USING btree (public.folded(name))', {
        type: 'INDEX',
        schema: 'public',
        name: 'items_folded',
      }),
    ]);

    expect(account.findings).toMatchObject([
      { code: 'SEARCH_PATH_DEFECT', message: expect.stringContaining('items_folded') },
    ]);
  });

  test('rows that existing foreign keys check keep their order on one connection, and the account says so', async () => {
    const account = await restore(
      server,
      () => [
        table('parents', 'id integer PRIMARY KEY'),
        table('children', 'id integer, parent integer REFERENCES public.parents'),
        ...rowsEvents('public', 'parents', inChunks(3000, String)),
        ...rowsEvents(
          'public',
          'children',
          inChunks(3000, (index) => `${index}\t${index}`),
        ),
      ],
      { options: { connections: 4 } },
    );

    expect(account.findings).toMatchObject([
      { code: 'SEQUENTIAL_FALLBACK', message: expect.stringContaining('public.children') },
    ]);
    expect(await server.sql('main', 'SELECT count(*)::int FROM children')).toEqual([[3000]]);
  });

  test('a table that asks for it keeps its order', async () => {
    const rows = inChunks(4000, String);
    const account = await restore(
      server,
      () => [table('ledger', 'id integer'), ...rowsEvents('public', 'ledger', rows)],
      { options: { connections: 4, keepOrder: ['public.ledger'] } },
    );

    expect(await server.sql('main', 'SELECT array_agg(id ORDER BY ctid)::text FROM ledger')).toEqual([
      [`{${rows.flat().join(',')}}`],
    ]);
    expect(account.findings).toMatchObject([{ code: 'SEQUENTIAL_FALLBACK' }]);
  });

  test('of many tables that keep their order, ten are named and the rest is counted', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `ledger_${String(index).padStart(2, '0')}`);
    const account = await restore(
      server,
      () =>
        names.flatMap((name) => [
          table(name, 'id integer PRIMARY KEY'),
          ...rowsEvents('public', name, inChunks(4000, String)),
        ]),
      { options: { connections: 4, keepOrder: names.map((name) => `public.${name}`) } },
    );

    expect(account.findings).toMatchObject([
      {
        code: 'SEQUENTIAL_FALLBACK',
        message: `rows of ${names
          .slice(0, 10)
          .map((name) => `public.${name}`)
          .join(', ')} and 2 more in database main were loaded in their order on one connection`,
      },
    ]);
  });

  test('INSERT statements are loaded, and one that fails does not take the others with it', async () => {
    const inserts: DumpEvent = {
      kind: 'inserts',
      entry: anEntry('', { type: 'TABLE DATA', schema: 'public', name: 'items' }),
      schema: 'public',
      table: 'items',
      statements: [
        "INSERT INTO public.items VALUES (1, 'one')",
        "INSERT INTO public.items VALUES ('planted', 'two')",
        "INSERT INTO public.items VALUES (3, 'three')",
      ].map((sql) => statement(sql)),
    };
    const account = await restore(server, () => [table('items', 'id integer, name text'), inserts]);

    expect(account.tables).toMatchObject([{ rowsInDump: 3, rowsLoaded: 2 }]);
    expect(account.findings).toHaveLength(1);
    expect(JSON.stringify(account)).not.toContain('planted');
  });

  test('large objects are written block by block', async () => {
    const entry = anEntry('', { type: 'BLOB', name: '4711' });
    const account = await restore(server, () => [
      { kind: 'large-object-begin', oid: 4711, entry, create: true },
      { kind: 'large-object-block', bytes: Buffer.from('first ') },
      { kind: 'large-object-block', bytes: Buffer.from('second') },
      { kind: 'large-object-end' },
    ]);

    expect(account.entries).toMatchObject([{ type: 'BLOB', outcome: { status: 'restored' } }]);
    expect(await server.sql('main', `SELECT convert_from(lo_get(4711), 'UTF8')`)).toEqual([['first second']]);
  });

  test('a row that comes in pieces is written through', async () => {
    const events = [...rowsEvents('public', 'items', [['small']])];
    const [begin, ...rest] = events;
    const pieces: DumpEvent[] = [
      { kind: 'row-piece', bytes: Buffer.alloc(3_000_000, 'a'), rows: 0 },
      { kind: 'row-piece', bytes: Buffer.from('b\n'), rows: 1 },
    ];
    const account = await restore(server, () => [
      table('items', 'value text'),
      ...(begin === undefined ? [] : [begin]),
      ...pieces,
      ...rest,
    ]);

    expect(await server.sql('main', 'SELECT count(*)::int, max(length(value)) FROM items')).toEqual([
      [2, 3_000_001],
    ]);
    expect(account.tables).toMatchObject([{ rowsInDump: 2, rowsLoaded: 2 }]);
  });

  test('a refused statement is never executed', async () => {
    const account = await restore(server, () => [
      table('items', 'id integer'),
      entryEvent("COPY public.items FROM PROGRAM 'touch /tmp/never'"),
      entryEvent('ALTER SYSTEM SET work_mem = 1'),
    ]);

    expect(account.entries.map(({ outcome }) => outcome)).toMatchObject([
      { status: 'restored' },
      { status: 'failed', failure: 'refused' },
      { status: 'failed', failure: 'refused' },
    ]);
  });
});

describe('a dump that ends before its end', () => {
  async function* cutArchive(): AsyncGenerator<DumpEvent, void, undefined> {
    const items = anEntry('CREATE TABLE public.items (id integer)', {
      id: 1,
      type: 'TABLE',
      schema: 'public',
      name: 'items',
      section: 'pre-data',
      dependencies: [],
    });
    const data = anEntry('', {
      id: 2,
      type: 'TABLE DATA',
      schema: 'public',
      name: 'items',
      section: 'data',
      dependencies: [1],
    });
    const index = anEntry('CREATE INDEX items_idx ON public.items USING btree (id)', {
      id: 3,
      type: 'INDEX',
      schema: 'public',
      name: 'items_idx',
      section: 'post-data',
      dependencies: [1],
    });
    yield {
      kind: 'header',
      header: aHeader({
        format: { layout: 'custom', wrappings: [], archiveVersion: '1.14' },
        database: 'shop',
      }),
    };
    yield { kind: 'contents', entries: [items, data, index] };
    yield { kind: 'entry', entry: items };
    const [begin, rows] = [...rowsEvents('public', 'items', [['1', '2']])];
    if (begin?.kind === 'rows-begin') yield { ...begin, entry: data };
    if (rows !== undefined) yield rows;
    throw new DrillError('DUMP_TRUNCATED', 'the archive ends inside the data of public.items', {
      hint: 'Take a new dump.',
    });
  }

  test('keeps its account: what was not reached says so', async () => {
    const account = await restore(server, cutArchive);

    expect(account.complete).toBe(false);
    expect(account.databases).toEqual([{ dumpName: 'shop', name: 'shop' }]);
    expect(account.findings).toMatchObject([{ code: 'DUMP_TRUNCATED' }]);
    expect(account.entries.map(({ name, outcome }) => [name, outcome.status])).toEqual([
      ['items', 'restored'],
      ['items', 'restored'],
      ['items_idx', 'not reached'],
    ]);
  });
});
