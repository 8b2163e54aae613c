import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const names = Array.from({ length: 250 }, (_, index) => `t${index}`);

const createAll = (): DumpEvent[] =>
  names.map((name) =>
    entryEvent(
      `CREATE TABLE public.${name} (id integer NOT NULL CHECK (id <> 13 AND (id <> 2000 OR pg_sleep(20)::text IS NOT NULL)))`,
      {
        type: 'TABLE',
        schema: 'public',
        name,
      },
    ),
  );

const rowsOf = (name: string, ids: (number | string)[]): DumpEvent[] => [
  ...rowsEvents('public', name, [ids.map(String)], ' (id)'),
];

const keys = (): DumpEvent[] =>
  names.map((name) =>
    entryEvent(`ALTER TABLE ONLY public.${name} ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id)`, {
      type: 'CONSTRAINT',
      schema: 'public',
      name: `${name} ${name}_pkey`,
    }),
  );

/** Rows of all tables together, by a query that PostgreSQL makes itself. */
const total = async (): Promise<unknown> =>
  (
    await server.sql(
      'main',
      `SELECT sum((xpath('/row/c/text()', query_to_xml(format('SELECT count(*) AS c FROM %I', relname), false, true, '')))[1]::text::int)::int FROM pg_class WHERE relkind = 'r' AND relname ~ '^t[0-9]+$'`,
    )
  )[0]?.[0];

describe('rows of hundreds of small tables', () => {
  test.each([1, 2, 4])('go together over %i connections, and all of them come', async (connections) => {
    const account = await restore(
      server,
      () => [
        ...createAll(),
        ...names.flatMap((name, index) => rowsOf(name, [index, 1000 + index])),
        ...keys(),
      ],
      { options: { connections } },
    );

    // 13 is refused by the CHECK of its own table.
    expect(account.findings).toMatchObject([
      { code: 'ROWS_REJECTED', message: expect.stringContaining('public.t13') },
    ]);
    expect(await total()).toBe(2 * names.length - 2);
    expect(account.tables.filter(({ rowsLoaded }) => rowsLoaded === 2)).toHaveLength(names.length - 1);
  });

  test('are refused each by itself: the row is named, and the tables around it are loaded', async () => {
    const account = await restore(server, () => [
      ...createAll(),
      ...names.flatMap((name, index) =>
        rowsOf(name, index % 50 === 7 ? [5000, 'secret', 6000] : [5000 + index]),
      ),
    ]);

    const rejected = account.findings.filter(({ code }) => code === 'ROWS_REJECTED');
    const named = rejected.map(({ message }) => /public\.(t\d+).*row (\d+)/.exec(message)?.slice(1).join());
    expect(named.toSorted()).toEqual(['t107,2', 't157,2', 't207,2', 't57,2', 't7,2']);
    expect(await total()).toBe(names.length - 5);
    expect(JSON.stringify(account)).not.toContain('secret');
  });

  test('whose connection is lost are loaded once, by a restore that begins afresh', async () => {
    let readings = 0;
    async function* losing(): AsyncGenerator<DumpEvent, void, undefined> {
      readings += 1;
      yield { kind: 'header', header: aHeader() };
      yield* createAll();
      for (const [index, name] of names.entries()) {
        if (index === 180 && readings === 1) {
          const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'main' AND query LIKE '%COPY%' AND wait_event = 'PgSleep'`;
          while ((await server.sql('postgres', end)).length === 0) await sleep(10);
        }
        yield* rowsOf(name, [(readings === 1 ? 2000 : 3000) + index]);
      }
      yield* keys();
      yield { kind: 'end', complete: true };
    }

    const account = await restore(server, losing);

    expect(readings).toBe(2);
    expect(account.findings).toMatchObject([{ code: 'CONNECTION_RETRIED' }]);
    expect(await total()).toBe(names.length);
  });
});
