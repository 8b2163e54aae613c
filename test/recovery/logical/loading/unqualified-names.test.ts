import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { anEntry, entryEvent, rowsEvents, statement } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const path = (schemas: string): DumpEvent => entryEvent(`SET search_path = ${schemas}`, { type: 'SETTING' });

/** COPY of a table without its schema, as pg_dump wrote it before 10.3. */
function* unqualifiedRows(table: string, rows: string[]): Generator<DumpEvent> {
  for (const event of rowsEvents('', table, [rows]))
    yield event.kind === 'rows-begin'
      ? { ...event, schema: null, copy: statement(`COPY ${table} FROM stdin`) }
      : event;
}
const unqualifiedInserts = (table: string, values: string[]): DumpEvent => ({
  kind: 'inserts',
  entry: anEntry('', { type: 'TABLE DATA' }),
  schema: null,
  table,
  statements: values.map((value) => statement(`INSERT INTO ${table} VALUES (${value})`)),
});

describe('a table named without its schema', () => {
  test.each<[string, (table: string, rows: string[]) => Iterable<DumpEvent>]>([
    ['rows', unqualifiedRows],
    ['inserts', (table, rows) => [unqualifiedInserts(table, rows)]],
  ])('gets its %s in the schema of the path that stands there', async (_what, data) => {
    const account = await restore(server, () => [
      entryEvent('CREATE SCHEMA geo'),
      entryEvent(['CREATE TABLE public.spot (id integer)', 'CREATE TABLE geo.spot (id integer)']),
      path('geo, pg_catalog'),
      ...data('spot', ['1', '2']),
      path('public, pg_catalog'),
      ...data('spot', ['3']),
    ]);
    expect(account.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(account.tables).toMatchObject([
      { schema: 'geo', name: 'spot', rowsInDump: 2, rowsLoaded: 2 },
      { schema: 'public', name: 'spot', rowsInDump: 1, rowsLoaded: 1 },
    ]);
  });

  test('is announced in the first schema of the path, where it is made', async () => {
    const account = await restore(server, () => [
      entryEvent('CREATE SCHEMA geo'),
      path('geo, public'),
      entryEvent('CREATE TABLE spot (id integer)'),
    ]);
    expect(account.announced).toMatchObject([{ type: 'TABLE', schema: 'geo', name: 'spot' }]);
  });
});

describe('a function that the path keeps from its own names', () => {
  test('is a defect of the path in CREATE TABLE, told once with what it takes with it', async () => {
    const account = await restore(server, () => [
      entryEvent("CREATE TYPE public.grade AS ENUM ('a')", { type: 'TYPE', schema: 'public', name: 'grade' }),
      entryEvent(
        [
          'SET check_function_bodies = off',
          "CREATE FUNCTION public.f(t text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1::grade::text'",
        ],
        { type: 'FUNCTION', schema: 'public', name: 'f(text)' },
      ),
      entryEvent("SELECT pg_catalog.set_config('search_path', '', false)", { type: 'SETTING' }),
      entryEvent('CREATE TABLE public.item (t text, g text GENERATED ALWAYS AS (public.f(t)) STORED)', {
        type: 'TABLE',
        schema: 'public',
        name: 'item',
      }),
      ...rowsEvents('public', 'item', [['a', 'a']], ' (t)'),
    ]);
    expect(account.findings).toMatchObject([
      {
        code: 'SEARCH_PATH_DEFECT',
        message: expect.stringMatching(
          /table public\.item: type "grade" does not exist .*2 rows of the dump/,
        ),
      },
    ]);
  });
});
