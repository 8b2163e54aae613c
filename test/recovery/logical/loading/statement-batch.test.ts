import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const table = (name: string): DumpEvent =>
  entryEvent(`CREATE TABLE public.${name} (id integer NOT NULL)`, { type: 'TABLE', schema: 'public', name });
const comment = (on: string, text: string): DumpEvent =>
  entryEvent(`COMMENT ON TABLE public.${on} IS '${text}'`, {
    type: 'COMMENT',
    schema: 'public',
    name: `TABLE ${on}`,
  });
const key = (on: string, columns = 'id'): DumpEvent =>
  entryEvent(`ALTER TABLE ONLY public.${on} ADD CONSTRAINT ${on}_pkey PRIMARY KEY (${columns})`, {
    type: 'CONSTRAINT',
    schema: 'public',
    name: `${on} ${on}_pkey`,
  });
const outcomes = (account: Awaited<ReturnType<typeof restore>>): string[] =>
  account.entries.map(({ type, name, outcome }) => `${type} ${name}: ${outcome.status}`);

test('statements sent together fail and succeed each by itself, as psql sends them', async () => {
  const account = await restore(server, () => [
    table('a'),
    table('b'),
    table('a'),
    table('c'),
    comment('a', 'first'),
    comment('missing', 'nobody'),
    comment('c', 'last'),
  ]);

  expect(outcomes(account)).toEqual([
    'TABLE a: restored',
    'TABLE b: restored',
    'TABLE a: failed',
    'TABLE c: restored',
    'COMMENT TABLE missing: failed',
  ]);
  expect(account.restoredBeside).toBe(2);
  expect(account.findings.map(({ code, message }) => [code, message])).toEqual([
    ['ENTRY_FAILED', expect.stringContaining('table public.a')],
    ['ENTRY_FAILED', expect.stringContaining('comment public.TABLE missing')],
    ['POST_DATA_ABSENT', expect.stringContaining('4 tables')],
  ]);
  expect(
    await server.sql(
      'main',
      `SELECT relname, obj_description(oid) FROM pg_class WHERE relname IN ('a', 'b', 'c') ORDER BY 1`,
    ),
  ).toEqual([
    ['a', 'first'],
    ['b', null],
    ['c', 'last'],
  ]);
});

test('keys of small tables go together after their rows, and one that does not hold is named alone', async () => {
  const rows = (name: string, ids: number[]): DumpEvent[] => [
    ...rowsEvents('public', name, [ids.map(String)], ' (id)'),
  ];
  const account = await restore(server, () => [
    table('a'),
    table('b'),
    table('c'),
    ...rows('a', [1, 2]),
    ...rows('b', [1, 1]),
    ...rows('c', [1, 2]),
    key('a'),
    key('b'),
    key('c'),
    comment('c', 'last'),
  ]);

  expect(outcomes(account).slice(-3)).toEqual([
    'CONSTRAINT a a_pkey: restored',
    'CONSTRAINT b b_pkey: failed',
    'CONSTRAINT c c_pkey: restored',
  ]);
  expect(account.findings.map(({ code }) => code)).toEqual(['DUPLICATE_KEYS']);
  expect(
    await server.sql(
      'main',
      `SELECT conname FROM pg_constraint WHERE conname IN ('a_pkey', 'b_pkey', 'c_pkey') ORDER BY 1`,
    ),
  ).toEqual([['a_pkey'], ['c_pkey']]);
});

test('more statements than go together come in their order', async () => {
  const account = await restore(server, () => [
    table('a'),
    ...Array.from({ length: 250 }, (_, index) => comment('a', `number ${index}`)),
  ]);

  expect(account.findings).toEqual([]);
  expect(outcomes(account)).toEqual(['TABLE a: restored']);
  expect(account.restoredBeside).toBe(250);
  expect(await server.sql('main', `SELECT obj_description('a'::regclass)`)).toEqual([['number 249']]);
});

describe('few rows behind the statement that makes their table', () => {
  const rows = (name: string, ids: string[]): DumpEvent[] => [...rowsEvents('public', name, [ids], ' (id)')];
  const numbers = (length: number): string[] => Array.from({ length }, (_, index) => String(index));
  const counts = (): Promise<unknown> =>
    server.sql(
      'main',
      `SELECT relname, (xpath('//c/text()', query_to_xml('SELECT count(*) AS c FROM ' || oid::regclass, false, true, '')))[1]::text::int
       FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY 1`,
    );

  test('go with it, table after table, and each is accounted for', async () => {
    const names = Array.from({ length: 130 }, (_, index) => `t${index}`);
    const account = await restore(server, () =>
      names.flatMap((name, index) => [table(name), ...rows(name, numbers(index))]),
    );

    expect(account.findings.map(({ code }) => code)).toEqual(['POST_DATA_ABSENT']);
    expect(account.tables.map(({ name, rowsInDump, rowsLoaded }) => [name, rowsInDump, rowsLoaded])).toEqual(
      names.map((name, index) => [name, index, index]),
    );
    expect(await counts()).toEqual(
      names.map((name, index) => [name, index]).sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    );
  });

  test('are refused by the number of their row, and leave nothing; what follows is loaded', async () => {
    const account = await restore(server, () => [
      table('a'),
      ...rows('a', ['1', '2']),
      table('b'),
      ...rows('b', ['1', '2', 'planted']),
      table('c'),
      ...rows('c', ['1']),
    ]);

    expect(await counts()).toEqual([
      ['a', 2],
      ['b', 0],
      ['c', 1],
    ]);
    expect(account.tables.map(({ rowsInDump, rowsLoaded }) => [rowsInDump, rowsLoaded])).toEqual([
      [2, 2],
      [3, 0],
      [1, 1],
    ]);
    expect(account.findings[0]).toMatchObject({
      code: 'ROWS_REJECTED',
      message: expect.stringContaining('row 3 of its data'),
    });
    expect(JSON.stringify(account)).not.toContain('planted');
  });

  test('fail with a table that cannot be made', async () => {
    const broken = entryEvent('CREATE TABLE public.a (id public.missing)', {
      type: 'TABLE',
      schema: 'public',
      name: 'a',
    });
    const account = await restore(server, () => [
      broken,
      ...rows('a', ['1']),
      table('b'),
      ...rows('b', ['1']),
    ]);

    expect(outcomes(account)).toEqual([
      'TABLE a: failed',
      'TABLE DATA a: failed',
      'TABLE b: restored',
      'TABLE DATA b: restored',
    ]);
    expect(await counts()).toEqual([['b', 1]]);
  });

  test('go the ordinary way when more follow', async () => {
    const ids = numbers(5000);
    const account = await restore(server, () => [
      table('a'),
      ...rowsEvents('public', 'a', [ids.slice(0, 3), ids.slice(3, 4000), ids.slice(4000)], ' (id)'),
      table('b'),
      ...rows('b', ['1']),
    ]);

    expect(account.tables.map(({ rowsInDump, rowsLoaded }) => [rowsInDump, rowsLoaded])).toEqual([
      [5000, 5000],
      [1, 1],
    ]);
    expect(await server.sql('main', 'SELECT count(*)::int, sum(id)::int FROM a')).toEqual([
      [5000, (4999 * 5000) / 2],
    ]);
  });

  test('that run code of the dump see what stands before them', async () => {
    const account = await restore(server, () => [
      table('others'),
      ...rows('others', ['1', '2']),
      entryEvent(
        `CREATE FUNCTION public.others() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM public.others); END'`,
      ),
      entryEvent('CREATE TABLE public.seen (id integer, others bigint DEFAULT public.others())', {
        type: 'TABLE',
        schema: 'public',
        name: 'seen',
      }),
      ...rows('seen', ['1']),
    ]);

    expect(account.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(await server.sql('main', 'SELECT others::int FROM seen')).toEqual([[2]]);
  });
});
