import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bomb } from '../recovery/logical/reading/support/bombs.ts';
import { recordOf } from './support/command-line.ts';
import { World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const plain = (...statements: string[]): string =>
  [
    '--\n-- PostgreSQL database dump\n--\n',
    "SET client_encoding = 'UTF8';",
    'SET check_function_bodies = false;',
    ...statements,
    '--\n-- PostgreSQL database dump complete\n--\n',
  ].join('\n');

const functionNamed = (name: string, body: string): string =>
  `CREATE FUNCTION public.${name}(x integer) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$ BEGIN ${body} RETURN true; END $$;`;
const tableNamed = (name: string): string =>
  `CREATE TABLE public.${name} (id integer NOT NULL);\nCOPY public.${name} (id) FROM stdin;\n1\n2\n\\.\n`;
const named = (name: string, type: string): string =>
  `--\n-- Name: ${name}; Type: ${type}; Schema: public; Owner: -\n--\n\n`;
const checkOf = (table: string, functionName: string): string =>
  `${named(`${table} c`, 'CHECK CONSTRAINT')}ALTER TABLE public.${table} ADD CONSTRAINT c CHECK (public.${functionName}(id));`;

describe('code of a dump that never ends', () => {
  test('is ended and named, whatever it does, and the rest is restored', { timeout: 240_000 }, async () => {
    const dump = world.backup(
      'endless.sql',
      plain(
        functionNamed('loops', 'LOOP END LOOP;'),
        functionNamed('sleeps', 'PERFORM pg_sleep(3600);'),
        functionNamed(
          'catches',
          'LOOP BEGIN PERFORM pg_sleep(3600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP;',
        ),
        ...['a', 'b', 'c', 'd'].map(tableNamed),
        'CREATE MATERIALIZED VIEW public.m AS SELECT public.loops(id) FROM public.d WITH NO DATA;',
        checkOf('a', 'loops'),
        checkOf('b', 'sleeps'),
        checkOf('c', 'catches'),
        `${named('m', 'MATERIALIZED VIEW DATA')}REFRESH MATERIALIZED VIEW public.m;`,
      ),
    );

    const { record } = await world.expectDrill(['--dump', dump, '--entry-timeout', '2s'], {
      verdict: 'NOT_PROVEN',
      code: 'ENTRY_TIMED_OUT',
    });

    const ended = record.findings.filter(({ code }) => code === 'ENTRY_TIMED_OUT');
    expect(ended.map(({ message }) => message).sort()).toEqual([
      expect.stringMatching(/public\.a c made no progress for 2 s/),
      expect.stringMatching(/public\.b c made no progress for 2 s/),
      expect.stringMatching(/public\.c c made no progress for 2 s/),
      expect.stringMatching(/public\.m made no progress for 2 s/),
    ]);
  });

  test('in two hundred entries does not cost two hundred limits', { timeout: 240_000 }, async () => {
    const tables = Array.from({ length: 200 }, (_, index) => `t${index}`);
    const dump = world.backup(
      'endless.sql',
      plain(
        functionNamed('loops', 'LOOP END LOOP;'),
        ...tables.map(tableNamed),
        ...tables.map((name) => checkOf(name, 'loops')),
      ),
    );
    const startedAt = performance.now();

    const { record } = await world.expectDrill(['--dump', dump, '--entry-timeout', '2s'], {
      verdict: 'NOT_PROVEN',
      code: 'ENTRY_TIMED_OUT',
    });

    expect(record.findings).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(/^6 entries made no progress/) }),
    );
    expect(performance.now() - startedAt).toBeLessThan(120_000);
  });
});

describe('a small file that holds gigabytes', () => {
  test.each(['zstd', 'gzip', 'xz', 'bzip2', 'lz4'] as const)(
    'as %s leaves a signal its answer',
    { timeout: 120_000 },
    async (format) => {
      const dump = world.backup('bomb.sql', bomb(format, 32, 512));
      const drill = world.start(['run', '--json', '--dump', dump]);
      await drill.said(/Restore dump into sandbox/);
      await sleep(2000);
      const struckAt = performance.now();
      drill.kill('SIGINT');
      const ended = await drill.ended;

      // 16 GiB take a minute and more to read.
      expect(performance.now() - struckAt).toBeLessThan(20_000);
      await world.expectOutcome(
        { ...ended, record: recordOf(ended) },
        { verdict: 'COULD_NOT_VERIFY', code: 'INTERRUPTED' },
      );
    },
  );
});
