import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from './support/command-line.ts';
import { World } from './support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const catchesTheCancel =
  'LOOP BEGIN PERFORM pg_sleep(3600); EXCEPTION WHEN query_canceled THEN NULL; END; END LOOP;';
const bodies: [name: string, body: string, majorVersion: number][] = [
  ['loops', 'LOOP END LOOP;', 14],
  ['sleeps', 'PERFORM pg_sleep(3600);', 16],
  ['catches the cancel', catchesTheCancel, 18],
];

/** A dump whose CHECK runs `body` over its rows. */
const dumpOf = (body: string, majorVersion = 15): string => `-- PostgreSQL database dump
-- Dumped from database version ${majorVersion}.1
-- Dumped by pg_dump version ${majorVersion}.1
CREATE TABLE public.notes (id integer);
COPY public.notes (id) FROM stdin;
1
\\.
CREATE FUNCTION public.f(x integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN ${body} RETURN x; END $$;
ALTER TABLE public.notes ADD CONSTRAINT c CHECK (public.f(id) = id);
-- PostgreSQL database dump complete
`;

// The master of a sandbox may end nobody's session, not even its own: what code of a dump can do, it can do.
describe('code of a dump that never ends', { timeout: 300_000 }, () => {
  test.each(bodies)('because it %s is ended by the limit and named', async (_, body, majorVersion) => {
    const dump = world.backup('endless.sql', dumpOf(body, majorVersion));

    const { record } = await world.expectDrill(['--dump', dump, '--entry-timeout', '2s'], {
      verdict: 'NOT_PROVEN',
      code: 'ENTRY_TIMED_OUT',
    });

    expect(record.findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/made no progress for 2 s and was ended$/),
    );
  });

  test.each(bodies)('because it %s does not keep the drill from ending at a signal', async (_, body) => {
    const drill = world.start(['run', '--json', '--dump', world.backup('endless.sql', dumpOf(body))]);
    await world.untilServerDoes(/ALTER TABLE/);
    await sleep(500);
    const struckAt = Date.now();
    drill.kill('SIGINT');
    const ended = await drill.ended;
    // One second on a quiet machine; the code itself would go on for an hour.
    expect(Date.now() - struckAt).toBeLessThan(20_000);
    await world.expectOutcome(
      { ...ended, record: recordOf(ended) },
      { verdict: 'COULD_NOT_VERIFY', code: 'INTERRUPTED' },
    );
  });
});
