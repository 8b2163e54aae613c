import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, entryEvent, rowsEvents } from './support/events.ts';
import { restore } from './support/restoring.ts';

const rowsPerChunk = 2000;
const chunks = Array.from({ length: 6 }, (_, chunk) =>
  Array.from({ length: rowsPerChunk }, (__, row) => `${chunk * rowsPerChunk + row + 1}\t${'x'.repeat(100)}`),
);

/** Code that lets an index build take as long as it says. */
const slowly = (body: string): DumpEvent =>
  entryEvent(
    `CREATE FUNCTION public.slowly(id integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN id; END $$`,
    { type: 'FUNCTION', schema: 'public', name: 'slowly(integer)' },
  );
const rarely = 'IF id % 4000 = 0 THEN PERFORM pg_sleep(0.4); END IF;';

function* dump(body = rarely): Generator<DumpEvent> {
  yield { kind: 'header', header: aHeader() };
  yield slowly(body);
  yield entryEvent('CREATE TABLE public.items (id integer NOT NULL, name text)', {
    type: 'TABLE',
    schema: 'public',
    name: 'items',
  });
  yield* rowsEvents('public', 'items', chunks);
  yield entryEvent('CREATE INDEX items_slowly ON public.items (public.slowly(id))', {
    type: 'INDEX',
    schema: 'public',
    name: 'items_slowly',
  });
  yield { kind: 'end', complete: true };
}

describe('a statement that somebody cancels', () => {
  let server: TestServer;
  beforeEach(async () => {
    server = await TestServer.start('target');
  });
  afterEach(() => server.stop());

  /** Cancels the first statement of the restore that runs and looks like this, once. @returns how many it met */
  const cancelOnce = async (like: string): Promise<number> => {
    for (let looks = 0; looks < 400; looks += 1) {
      const met = await server.sql(
        'postgres',
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE usename = 'master' AND state = 'active' AND query LIKE '${like}'`,
      );
      if (met.length > 0) return met.length;
      await sleep(2);
    }
    return 0;
  };
  /** Cancels one COPY of several while it waits for a lock: it has begun, and cannot have ended when it hears of it. */
  const cancelCopy = async (): Promise<void> => {
    const cancelWaiting = `DO $$ BEGIN
      LOCK TABLE public.items IN SHARE ROW EXCLUSIVE MODE;
      FOR look IN 1..2000 LOOP
        PERFORM pg_cancel_backend(pid) FROM pg_stat_activity
          WHERE usename = 'master' AND query LIKE '%COPY%items%' AND wait_event_type = 'Lock';
        IF FOUND THEN RETURN; END IF;
        PERFORM pg_stat_clear_snapshot(), pg_sleep(0.005);
      END LOOP;
      RAISE 'no COPY came';
    END $$`;
    // Database and table are not there yet.
    for (let looks = 0; looks < 2000; looks += 1) {
      try {
        return void (await server.sql('main', cancelWaiting));
      } catch (error) {
        if (!/does not exist/.test(String(error))) throw error;
        await sleep(2);
      }
    }
    throw new Error('no table came');
  };
  const whole = async (): Promise<void> =>
    expect(
      await server.sql(
        'main',
        "SELECT (SELECT count(*)::int FROM items), (SELECT count(DISTINCT id)::int FROM items), to_regclass('items_slowly') IS NOT NULL",
      ),
    ).toEqual([[12_000, 12_000, true]]);

  test('while it loads rows is done again, and every row is there once', async () => {
    const cancelling = cancelCopy();
    const account = await restore(server, () => slowRows(dump()), { options: { connections: 3 } });

    await cancelling;
    await whole();
    expect(account.findings).toContainEqual(
      expect.objectContaining({
        code: 'CONNECTION_RETRIED',
        message: expect.stringContaining('a statement cancelled, while rows of public.items were loaded'),
      }),
    );
    expect(account.entries.every(({ outcome }) => outcome.status === 'restored')).toBe(true);
  });

  test('while it loads rows in their order makes the restore begin afresh', async () => {
    const cancelling = cancelOnce('%COPY%items%');
    const account = await restore(server, () => slowRows(dump()), {
      options: { keepOrder: ['public.items'] },
    });

    expect(await cancelling).toBeGreaterThan(0);
    await whole();
    expect(account.findings).toContainEqual(
      expect.objectContaining({
        code: 'CONNECTION_RETRIED',
        message: expect.stringMatching(/^a statement was cancelled during .* loaded afresh$/),
      }),
    );
  });

  test('while it builds an index makes the restore begin afresh', async () => {
    const cancelling = cancelOnce('%CREATE INDEX%');
    const account = await restore(server, () => dump());

    expect(await cancelling).toBeGreaterThan(0);
    await whole();
    expect(account.findings).toContainEqual(
      expect.objectContaining({
        code: 'CONNECTION_RETRIED',
        message: expect.stringContaining('a statement was cancelled during'),
      }),
    );
  });

  test('each time is told of the dump, whose own code may do it', async () => {
    const account = await restore(server, () => dump("RAISE EXCEPTION USING errcode = 'query_canceled';"));

    expect(account.entries.find(({ name }) => name === 'items_slowly')).toMatchObject({
      outcome: { status: 'failed', failure: 'statement timeout' },
    });
    expect(account.findings.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CONNECTION_RETRIED', 'ENTRY_FAILED']),
    );
    expect(await server.sql('main', 'SELECT count(*)::int FROM items')).toEqual([[12_000]]);
  });
});

/** Leaves time to meet a COPY. */
async function* slowRows(events: Iterable<DumpEvent>): AsyncGenerator<DumpEvent, void, undefined> {
  for (const event of events) {
    if (event.kind === 'rows') await sleep(50);
    yield event;
  }
}
