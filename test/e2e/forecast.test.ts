import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { watch } from '../../lib/steps/watch/watch.ts';
import { aWatchedWorld } from '../steps/watch/support/watched-world.ts';
import { World } from './support/world.ts';

const clock = pathToFileURL(join(import.meta.dirname, 'support/another-day.mjs')).href;
const months = [0, 30, 60, 90];
let world: World;
const drilled: { record: DrillRecord; stderr: string }[] = [];

/** On a day to come, as far as the program can tell. */
const on = (day: number) => ({ env: { NODE_OPTIONS: `--import=${clock}`, DAYS_AHEAD: String(day) } });

const rows = (count: number): string =>
  Array.from(
    { length: count },
    (_unused, id) => `${id}\trow ${(id * 7919) % 104_729} of a table that grows\n`,
  ).join('');

const dump = (count: number): Buffer =>
  gzipSync(`--
-- PostgreSQL database dump
--

-- Dumped from database version 15.4
-- Dumped by pg_dump version 15.4

CREATE TABLE public.events (id integer NOT NULL, what text);
COPY public.events (id, what) FROM stdin;
${rows(count)}\\.
ALTER TABLE ONLY public.events ADD CONSTRAINT events_pkey PRIMARY KEY (id);
CREATE INDEX events_what ON public.events USING btree (what);

--
-- PostgreSQL database dump complete
--
`);

beforeAll(async () => {
  world = await World.open();
  for (const [place, day] of months.entries()) {
    const file = world.backup('shop.sql.gz', dump(20_000 * (place + 1)));
    const words = ['run', '--json', '--dump', file];
    const { stdout, stderr, code } = await world.run(words, on(day));
    expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
    drilled.push({ record: JSON.parse(stdout) as DrillRecord, stderr });
  }
});
afterAll(() => world.remove());

describe('monthly drills of a dump that grows', () => {
  test('end with a forecast from the fourth on', () => {
    expect(drilled.map(({ stderr }) => /Forecast\s+(.*)/.exec(stderr)?.[1])).toEqual([
      undefined,
      undefined,
      undefined,
      expect.stringMatching(/^next drill [\d.]+ (m?s|min).* \(.* to .*\)/),
    ]);
    const { record } = drilled.at(-1)!;
    expect(record.restore?.indexSeconds).toBeGreaterThan(0);
    expect(record.forecast).toMatchObject({ drills: 4, not: null, leftOut: [] });
  });

  test('say in the report before that what is missing', async () => {
    const { drillId } = drilled[0]!.record;
    const { stdout } = await world.run(['report', drillId, '--format', 'markdown']);
    expect(stdout).toContain('a forecast needs 4 comparable drills, and there is 1');
  });

  test('show it in history, show, Markdown and HTML', async () => {
    const { drillId } = drilled.at(-1)!.record;
    const history = await world.run(['history', drilled[0]!.record.database]);
    expect(history.stdout).toContain('Forecast of the RTO from 4 drills: next drill ');
    expect((await world.run(['show', drillId])).stdout).toMatch(/Forecast\s+next drill/);
    const html = await world.run(['report', drillId, '--format', 'html']);
    expect(html.stdout).toContain('class="band"');
    const markdown = await world.run(['report', drillId, '--format', 'markdown']);
    expect(markdown.stdout).toContain('| At the size in 90 days, about ');
  });

  test('make the watch warn where the objective is shorter than what is to come', async () => {
    const watched = aWatchedWorld({
      config: 'databases: { shop: { source: { bucket: backups }, objectives: { rto: 1s } } }',
    });
    watched.passHours(24 * 365);
    watched.records.push(...drilled.map(({ record }) => record).reverse());
    watched.upload();
    await watch(watched.ports, { everyDump: false });
    expect(watched.told.flatMap(({ begun }) => begun.map(({ kind }) => kind))).toContain('objectiveForecast');
  });
});
