import { afterEach, beforeAll, expect, test } from 'vitest';
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
