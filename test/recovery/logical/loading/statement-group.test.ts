import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DumpEntry, DumpEvent } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { TestServer } from '../../../support/server.ts';
import { aHeader, anEntry, rowsEvents } from './support/events.ts';
import { dropDatabases, restore } from './support/restoring.ts';

let server: TestServer;
beforeAll(async () => {
  server = await TestServer.shared('target');
});
afterEach(() => dropDatabases(server));

const names = Array.from({ length: 230 }, (_, index) => `t${index}`);

const table = (name: string): DumpEntry =>
  anEntry(`CREATE TABLE public.${name} (id integer NOT NULL, parent integer)`, {
    ...{ type: 'TABLE', schema: 'public', name, section: 'pre-data' },
  });
const key = (name: string): DumpEntry =>
  anEntry(`ALTER TABLE ONLY public.${name} ADD CONSTRAINT ${name}_pkey PRIMARY KEY (id)`, {
    ...{ type: 'CONSTRAINT', schema: 'public', name: `${name} ${name}_pkey`, section: 'post-data' },
  });
const foreignKey = (name: string, of: string, after: DumpEntry): DumpEntry =>
  anEntry(
    `ALTER TABLE ONLY public.${name} ADD CONSTRAINT ${name}_fkey FOREIGN KEY (parent) REFERENCES public.${of}(id)`,
    {
      ...{ type: 'FK CONSTRAINT', schema: 'public', name: `${name} ${name}_fkey`, section: 'post-data' },
      dependencies: [after.id],
    },
  );

/** An archive: its table of contents, then its entries, and rows where their table has some. */
function* archive(entries: DumpEntry[], rows: (name: string) => string[]): Generator<DumpEvent> {
  yield {
    kind: 'header',
    header: aHeader({ format: { layout: 'custom', wrappings: [], archiveVersion: '1.14' } }),
  };
  yield { kind: 'contents', entries };
  for (const entry of entries.filter(({ section }) => section === 'pre-data')) yield { kind: 'entry', entry };
  for (const entry of entries.filter(({ type }) => type === 'TABLE DATA')) {
    for (const event of rowsEvents('public', entry.name, [rows(entry.name)]))
      yield event.kind === 'rows-begin' ? { ...event, entry } : event;
  }
  for (const entry of entries.filter(({ section }) => section === 'post-data'))
    yield { kind: 'entry', entry };
  yield { kind: 'end', complete: true };
}
const data = (name: string): DumpEntry =>
  anEntry('', { type: 'TABLE DATA', schema: 'public', name, section: 'data' });

/** Every constraint that is there and valid, by PostgreSQL's own catalogue. */
const constraints = async (): Promise<unknown> =>
  (
    await server.sql(
      'main',
      `SELECT count(*) FILTER (WHERE contype = 'p')::int, count(*) FILTER (WHERE contype = 'f' AND convalidated)::int FROM pg_constraint WHERE connamespace = 'public'::regnamespace`,
    )
  )[0];

describe('short statements of an archive that are ready together', () => {
  const keys = names.map(key);
  const contents = [
    ...names.map(table),
    ...names.map(data),
    ...keys,
    // All of them lock the first table.
    ...names.map((name) => foreignKey(name, 't0', keys[0]!)),
  ];

  test.each([1, 2, 4])('are each done, over %i connections', async (connections) => {
    const account = await restore(server, () => archive(contents, () => ['1\t1', '2\t1']), {
      options: { connections },
    });

    expect(account.findings).toEqual([]);
    expect(account.entries.filter(({ outcome }) => outcome.status !== 'restored')).toEqual([]);
    expect(await constraints()).toEqual([names.length, names.length]);
  });

  test.each([1, 3])('fail each by itself, over %i connections', async (connections) => {
    const rowsOf = (name: string): string[] => {
      if (name === 't17') return ['1\t1', '1\t1'];
      return name === 't40' || name === 't41' ? ['1\t77'] : ['1\t1'];
    };
    const account = await restore(server, () => archive(contents, rowsOf), { options: { connections } });

    expect(
      account.entries.flatMap(({ name, outcome }) => (outcome.status === 'failed' ? [name] : [])),
    ).toEqual(['t17 t17_pkey', 't40 t40_fkey', 't41 t41_fkey']);
    expect(account.findings.map(({ code }) => code).toSorted()).toEqual([
      'DUPLICATE_KEYS',
      'FK_ORPHANS',
      'FK_ORPHANS',
    ]);
    expect(await constraints()).toEqual([names.length - 1, names.length - 2]);
  });

  test('leave out one that runs out of time, once, and go on', async () => {
    const few = ['t0', 't1', 't2', 't3'];
    const check = (name: string): DumpEntry =>
      anEntry(
        `ALTER TABLE ONLY public.${name} ADD CONSTRAINT ${name}_check CHECK (${name === 't1' ? 'pg_sleep(20)::text IS NOT NULL' : 'id > 0'})`,
        {
          ...{ type: 'CHECK CONSTRAINT', schema: 'public', name: `${name} ${name}_check` },
          section: 'post-data',
        },
      );
    const contents = [...few.map(table), ...few.map(data), ...few.map(check)];
    const account = await restore(server, () => archive(contents, () => ['1\t1']), {
      options: { connections: 1, entryTimeoutSeconds: 2 },
    });

    const failed = account.entries.filter(({ outcome }) => outcome.status === 'failed');
    expect(failed.map(({ name }) => name)).toEqual(['t1 t1_check']);
    // A second try would take as long again.
    expect(failed[0]?.seconds).toBe(2);
    expect(account.findings.map(({ code }) => code)).toEqual(['ENTRY_TIMED_OUT']);
  });
});
