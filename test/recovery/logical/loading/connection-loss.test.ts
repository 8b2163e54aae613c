import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

const rowsPerChunk = 2000;
const chunk = (index: number): string[] =>
  Array.from({ length: rowsPerChunk }, (_, row) => `${index * rowsPerChunk + row + 1}\t${'x'.repeat(100)}`);

const table = 'CREATE TABLE public.items (id integer NOT NULL, name text)';
const key = 'ALTER TABLE ONLY public.items ADD CONSTRAINT items_pkey PRIMARY KEY (id)';

/** A dump whose reader lets something happen between two chunks of rows. */
async function* withIncident(
  chunks: number,
  at: number,
  incident: () => Promise<void>,
): AsyncGenerator<DumpEvent, void, undefined> {
  yield { kind: 'header', header: aHeader() };
  yield entryEvent(table, { type: 'TABLE', schema: 'public', name: 'items' });
  let seen = 0;
  for (const event of rowsEvents(
    'public',
    'items',
    Array.from({ length: chunks }, (_, index) => chunk(index)),
  )) {
    if (event.kind === 'rows') seen += 1;
    if (event.kind === 'rows' && seen === at) await incident();
    yield event;
  }
  yield entryEvent(key, { type: 'CONSTRAINT', schema: 'public', name: 'items items_pkey' });
  yield { kind: 'end', complete: true };
}

/** Ends the sessions that load `main`, as a failover or an impatient DBA would. */
const terminateLoaders = async (server: TestServer, database = 'main'): Promise<void> => {
  await server.sql(
    'postgres',
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}'`,
  );
};

describe('a lost connection', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start('target');
  });
  afterEach(() => server.stop());

  test('while rows are loaded is retried and leaves every row exactly once', async () => {
    const account = await restore(server, () =>
      withIncident(12, 6, async () => {
        await terminateLoaders(server);
        await sleep(20);
        await terminateLoaders(server);
      }),
    );

    expect(await server.sql('main', 'SELECT count(*)::int, count(DISTINCT id)::int FROM items')).toEqual([
      [24_000, 24_000],
    ]);
    expect(account.tables).toMatchObject([{ rowsInDump: 24_000, rowsLoaded: 24_000 }]);
    expect(account.findings.every(({ code }) => code === 'CONNECTION_RETRIED')).toBe(true);
  });

  test('in the middle of a COPY that waits for a lock is retried, and the account says so', async () => {
    let locker: Promise<unknown> = Promise.resolve();
    const account = await restore(server, () =>
      withIncident(8, 5, async () => {
        locker = server.sql('main', 'BEGIN; LOCK TABLE items IN SHARE MODE; SELECT pg_sleep(0.6); COMMIT');
        setTimeout(
          () =>
            void server.sql(
              'postgres',
              `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'main' AND usename = 'master'`,
            ),
          400,
        );
        await sleep(100);
      }),
    );
    await locker;

    expect(await server.sql('main', 'SELECT count(*)::int, count(DISTINCT id)::int FROM items')).toEqual([
      [16_000, 16_000],
    ]);
    expect(account.findings).toMatchObject([{ code: 'CONNECTION_RETRIED' }]);
    expect(account.entries.every(({ outcome }) => outcome.status === 'restored')).toBe(true);
  });

  test('after the name of a database was refused does not drop what had that name', async () => {
    await server.sql('postgres', 'CREATE DATABASE main OWNER master');
    await server.sql('main', 'CREATE TABLE kept (id int)');

    await expect(restore(server, () => withIncident(1, 1, () => Promise.resolve()))).rejects.toThrow('42P04');

    expect(await server.sql('main', 'SELECT count(*)::int FROM kept')).toEqual([[0]]);
  });

  test('during a definition starts the database afresh, once', async () => {
    let readings = 0;
    const account = await restore(server, () => {
      readings += 1;
      const first = readings === 1;
      return withIncident(4, 1, async () => {
        // The session that keeps the maintenance database: without it nobody can say whether the server crashed.
        if (first)
          await server.sql(
            'postgres',
            `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'master' AND datname = 'postgres'`,
          );
      });
    });

    expect(readings).toBe(2);
    expect(account.complete).toBe(true);
    expect(account.findings).toMatchObject([
      { code: 'CONNECTION_RETRIED', message: expect.stringContaining('afresh') },
    ]);
    expect(await server.sql('main', 'SELECT count(*)::int FROM items')).toEqual([[8000]]);
  });

  test('for good is a lost sandbox, without a hang', async () => {
    const startedAt = Date.now();
    const restoring = restore(server, () =>
      withIncident(12, 6, async () => {
        server.killHard();
        await sleep(50);
      }),
    );

    await expect(restoring).rejects.toMatchObject({ code: 'SANDBOX_LOST' });
    expect(Date.now() - startedAt).toBeLessThan(40_000);
  });

  test('asked for by an abort ends the restore promptly', async () => {
    const controller = new AbortController();
    const startedAt = Date.now();
    const restoring = restore(
      server,
      () =>
        withIncident(12, 6, async () => {
          setTimeout(() => controller.abort(new Error('stop')), 50);
          await sleep(100);
        }),
      { signal: controller.signal },
    );

    await expect(restoring).rejects.toMatchObject({ code: 'INTERRUPTED' });
    expect(Date.now() - startedAt).toBeLessThan(5_000);
  });

  test.each([true, false])(
    'asked for by an abort does not wait for rows that will not come (in their order: %s)',
    async (ordered) => {
      const controller = new AbortController();
      const restoring = restore(
        server,
        () =>
          withIncident(12, 6, async () => {
            // What was read is with the server, and the COPY asks for more.
            await sleep(300);
            controller.abort(new Error('stop'));
            await new Promise(() => {});
          }),
        { signal: controller.signal, options: { keepOrder: ordered ? ['public.items'] : [] } },
      );
      const ended = restoring.then(
        () => 'restored',
        ({ code }) => code,
      );

      expect(await Promise.race([ended, sleep(10_000, 'still waiting')])).toBe('INTERRUPTED');
    },
  );

  test('does not stop later restores of the same server', async () => {
    await restore(server, () => withIncident(2, 1, async () => {}));
    await dropDatabases(server);

    expect((await restore(server, () => withIncident(2, 1, async () => {}))).findings).toEqual([]);
  });
});

describe('a server that crashes as soon as the restore has ended', () => {
  test('comes back with all that was restored', async () => {
    // Of commits that nobody waited for, its WAL is written after 10 s: what the restore did not wait for is lost.
    const server = await TestServer.start('target', { settings: { wal_writer_delay: '10s' } });
    try {
      await restore(server, () => withIncident(2, 1, async () => {}));
      await server.restart('SIGQUIT');

      expect(
        await server.sql(
          'main',
          "SELECT (SELECT count(*)::int FROM items), array_agg(conname::text) FROM pg_constraint WHERE conrelid = 'items'::regclass",
        ),
      ).toEqual([[4000, ['items_pkey']]]);
    } finally {
      await server.stop();
    }
  });
});
