import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpHeader } from '../../../../lib/domain/backup/dump.ts';
import type { DumpEntry, DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, anEntry, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const setting = (sql: string): DumpEntry => anEntry(sql, { type: 'SETTING', dependencies: [] });

/** An archive of these entries, without rows. */
function* archive(entries: DumpEntry[]): Generator<DumpEvent> {
  const format: DumpHeader['format'] = { layout: 'custom', wrappings: [], archiveVersion: '1.14' };
  yield { kind: 'header', header: aHeader({ format, database: 'shop' }) };
  yield { kind: 'contents', entries };
  for (const entry of entries) yield { kind: 'entry', entry };
}

describe('the database of an archive', () => {
  test('is not made for settings, a role and what the policy leaves out', async () => {
    const account = await restore(server, () =>
      archive([
        setting(`SET client_encoding = 'UTF8'`),
        anEntry('CREATE ROLE app'),
        anEntry(`SECURITY LABEL ON SCHEMA public IS 'x'`),
      ]),
    );
    expect(account.databases).toEqual([]);
    expect(account.entries.map(({ outcome }) => outcome.status)).toEqual(['restored', 'skipped by policy']);
  });

  test('is made before its settings, which hold for every statement behind them', async () => {
    const account = await restore(server, () =>
      archive([
        setting(`SELECT pg_catalog.set_config('search_path', 'public', false)`),
        setting('SET xmloption = nonsense'),
        anEntry('CREATE TABLE items (id integer)', { type: 'TABLE', schema: 'public', name: 'items' }),
      ]),
    );
    expect(account.databases).toEqual([{ dumpName: 'shop', name: 'shop' }]);
    expect(account.entries.map(({ type, outcome }) => [type, outcome.status])).toEqual([
      ['SETTING', 'restored'],
      ['SETTING', 'failed'],
      ['TABLE', 'restored'],
    ]);
    expect(
      await server.sql(
        'shop',
        `SELECT relnamespace::regnamespace::text FROM pg_class WHERE relname = 'items'`,
      ),
    ).toEqual([['public']]);
  });

  test('gets every statement once, those decided on while it is made and those behind them', async () => {
    const views = Array.from({ length: 1_200 }, (_, index) =>
      anEntry(`CREATE VIEW public.v${index} AS SELECT ${index} AS n`, {
        type: 'VIEW',
        schema: 'public',
        name: `v${index}`,
        section: 'pre-data',
      }),
    );
    const account = await restore(server, () => archive(views));
    expect(account.findings).toEqual([]);
    expect(
      await server.sql(
        'shop',
        `SELECT count(*)::int FROM pg_class WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace`,
      ),
    ).toEqual([[1_200]]);
  });
});

test('definitions sent together fail each by itself, and what needs one that failed is told', async () => {
  const define = (type: string, name: string, sql: string): DumpEntry =>
    anEntry(sql, { type, schema: 'public', name, section: 'pre-data' });
  const data = anEntry('', { type: 'TABLE DATA', schema: 'public', name: 'items', section: 'data' });
  const entries = [
    define('TYPE', 'mood', `CREATE TYPE public.mood AS ENUM ('fine')`),
    define('DOMAIN', 'broken', 'CREATE DOMAIN public.broken AS public.missing'),
    define(
      'FUNCTION',
      'one()',
      'CREATE FUNCTION public.one() RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT 1$$',
    ),
    define(
      'TABLE',
      'items',
      'CREATE TABLE public.items (id integer, CONSTRAINT c CHECK (id >= public.one()))',
    ),
    define('VIEW', 'of_broken', 'CREATE VIEW public.of_broken AS SELECT NULL::public.broken AS x'),
    define('SEQUENCE', 'ids', 'CREATE SEQUENCE public.ids'),
    define('SEQUENCE OWNED BY', 'ids', 'ALTER SEQUENCE public.ids OWNED BY public.items.id'),
  ];
  const account = await restore(server, function* () {
    const [header, , ...rest] = [...archive(entries)];
    if (header !== undefined) yield header;
    yield { kind: 'contents', entries: [...entries, data] };
    yield* rest;
    for (const event of rowsEvents('public', 'items', [['1', '2']]))
      yield event.kind === 'rows-begin' ? { ...event, entry: data } : event;
  });
  expect(
    account.entries.filter(({ outcome }) => outcome.status === 'failed').map(({ name }) => name),
  ).toEqual(['broken', 'of_broken']);
  expect(await server.sql('shop', 'SELECT count(*)::int FROM public.items')).toEqual([[2]]);
  expect(await server.sql('shop', `SELECT pg_get_serial_sequence('public.items', 'id')`)).toEqual([
    ['public.ids'],
  ]);
});
