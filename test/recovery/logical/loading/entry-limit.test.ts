import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEntry, DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, entryEvent, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const limited = { options: { entryTimeoutSeconds: 1 } };

const table = (name: string): DumpEvent =>
  entryEvent(`CREATE TABLE public.${name} (id integer NOT NULL)`, { type: 'TABLE', schema: 'public', name });
const functionNamed = (name: string, body: string): DumpEvent =>
  entryEvent(
    `CREATE FUNCTION public.${name}(x integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${body} RETURN true; END $$`,
    { type: 'FUNCTION', schema: 'public', name: `${name}(integer)` },
  );
const checkOf = (tableName: string, functionName: string): DumpEvent =>
  entryEvent(`ALTER TABLE public.${tableName} ADD CONSTRAINT c CHECK (public.${functionName}(id))`, {
    type: 'CHECK CONSTRAINT',
    schema: 'public',
    name: `${tableName} c`,
  });
const rowsOf = (name: string, count = 3): DumpEvent[] => [
  ...rowsEvents('public', name, [Array.from({ length: count }, (_, index) => `${index + 1}`)], ' (id)'),
];

describe('an entry that makes no progress', () => {
  test.each([
    ['loops', 'LOOP END LOOP;'],
    ['sleeps', 'PERFORM pg_sleep(3600);'],
    [
      'catches the cancel',
      'LOOP BEGIN PERFORM pg_sleep(3600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP;',
    ],
  ])('because code of the dump %s is ended and named, and the rest is restored', async (_, body) => {
    const account = await restore(
      server,
      () => [
        table('t'),
        functionNamed('f', body),
        ...rowsOf('t'),
        checkOf('t', 'f'),
        table('u'),
        ...rowsOf('u'),
      ],
      limited,
    );

    expect(account.findings).toEqual([
      expect.objectContaining({
        code: 'ENTRY_TIMED_OUT',
        severity: 'error',
        message: 'check constraint public.t c made no progress for 1 s and was ended',
      }),
    ]);
    expect(account.complete).toBe(true);
    expect(account.tables.map(({ name, rowsLoaded }) => [name, rowsLoaded])).toEqual([
      ['t', 3],
      ['u', 3],
    ]);
  });

  test('while its rows come in is ended, and none of them stays', async () => {
    const account = await restore(
      server,
      () => [table('t'), functionNamed('f', 'LOOP END LOOP;'), checkOf('t', 'f'), ...rowsOf('t')],
      limited,
    );

    expect(account.findings).toContainEqual(
      expect.objectContaining({
        code: 'ENTRY_TIMED_OUT',
        message: 'the rows of public.t made no progress for 1 s and was ended',
      }),
    );
    expect(account.tables).toMatchObject([{ rowsInDump: 3, rowsLoaded: 0 }]);
  });

  test('inside INSERT statements is ended once, not statement by statement', async () => {
    const statements = [1, 2, 3].map((id) => ({
      sql: `INSERT INTO public.t VALUES (${id})`,
      codec: 'utf8' as const,
      line: id,
    }));
    const entry: DumpEntry = {
      id: 7,
      type: 'TABLE DATA',
      schema: 'public',
      name: 't',
      owner: null,
      section: 'data',
      dependencies: null,
      statements: [],
    };
    const startedAt = performance.now();
    const account = await restore(
      server,
      () => [
        table('t'),
        functionNamed('f', 'LOOP END LOOP;'),
        checkOf('t', 'f'),
        { kind: 'inserts', entry, schema: 'public', table: 't', statements },
      ],
      { options: { entryTimeoutSeconds: 3 } },
    );

    expect(account.findings.map(({ code }) => code)).toContain('ENTRY_TIMED_OUT');
    expect(account.tables).toMatchObject([{ rowsInDump: 3, rowsLoaded: 0 }]);
    expect(performance.now() - startedAt).toBeLessThan(9000);
  });
});

describe('many entries that make no progress', () => {
  test('are not all waited for: the restore is given up, and those that were ended are named', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const startedAt = performance.now();
    const restoring = restore(
      server,
      () => [
        functionNamed('f', 'LOOP END LOOP;'),
        ...names.flatMap((name) => [table(name), ...rowsOf(name)]),
        ...names.map((name) => checkOf(name, 'f')),
      ],
      limited,
    );

    await expect(restoring).rejects.toMatchObject({
      code: 'ENTRY_TIMED_OUT',
      message: expect.stringMatching(
        /^6 entries made no progress for 1 s each, and the restore was given up: (?:check constraint public\.t\d+ c(?:, )?){6}$/,
      ),
    });
    expect(performance.now() - startedAt).toBeLessThan(30_000);
  });
});

describe('an entry that takes longer than the limit', () => {
  test('is left alone while the server counts its rows', async () => {
    const slow = functionNamed('f', 'PERFORM pg_sleep(0.01);');
    const account = await restore(
      server,
      () => [table('t'), slow, checkOf('t', 'f'), ...rowsOf('t', 250)],
      limited,
    );

    expect(account.findings.map(({ code }) => code)).not.toContain('ENTRY_TIMED_OUT');
    expect(account.tables).toMatchObject([{ rowsInDump: 250, rowsLoaded: 250 }]);
  });

  test('is left alone while its index build goes from block to block', async () => {
    const wide = entryEvent(
      `CREATE TABLE public.t (id integer, filler character(700) DEFAULT '-') WITH (fillfactor = 10)`,
      {
        type: 'TABLE',
        schema: 'public',
        name: 't',
      },
    );
    const index = entryEvent('CREATE INDEX t_f ON public.t (public.f(id))', {
      type: 'INDEX',
      schema: 'public',
      name: 't_f',
    });
    const account = await restore(
      server,
      () => [wide, functionNamed('f', 'PERFORM pg_sleep(0.1);'), ...rowsOf('t', 60), index],
      { options: { entryTimeoutSeconds: 2 } },
    );

    // Its statistics call the function row by row as well, and nothing tells how far they are.
    expect(account.entries.find(({ type }) => type === 'INDEX')?.outcome).toEqual({ status: 'restored' });
  });

  test('is left alone while its rows are still to be read from the dump', async () => {
    async function* slowly(): AsyncGenerator<DumpEvent, void, undefined> {
      yield { kind: 'header', header: aHeader() };
      yield table('t');
      for (const event of rowsOf('t')) {
        if (event.kind === 'rows-end') await sleep(2500);
        yield event;
      }
      yield { kind: 'end', complete: true };
    }
    const account = await restore(server, slowly, {
      options: { entryTimeoutSeconds: 1, keepOrder: ['public.t'] },
    });

    expect(account.findings.map(({ code }) => code)).not.toContain('ENTRY_TIMED_OUT');
    expect(account.tables).toMatchObject([{ rowsInDump: 3, rowsLoaded: 3 }]);
  });
});
