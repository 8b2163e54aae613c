import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from './support/command-line.ts';
import { cutAt, makeSlowDump, shopFile } from './support/fixtures.ts';
import { World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** Runs the command within a line of bash, in which "$@" stands for it. */
const within = (line: string) => ({ wrapper: ['bash', '-c', line, 'bash'] });

const broken: [string, string][] = [
  ['stdout is closed', '"$@" >&-'],
  ['stderr is closed', '"$@" 2>&-'],
  ['both are closed', '"$@" >&- 2>&-'],
  ['stdout is full', '"$@" >/dev/full'],
  ['stderr is full', '"$@" 2>/dev/full'],
  ['nobody reads stdout', '"$@" | true; exit $PIPESTATUS'],
  ['nobody reads stderr', '"$@" 2>&1 >/dev/null | true; exit $PIPESTATUS'],
];

describe('a drill is sealed and its exit code is the verdict’s', () => {
  test.each(broken)('when %s: PROVEN', async (_what, line) => {
    const { code } = await world.run(['run', '--dump', shopFile], within(line));
    expect(code).toBe(0);
    expect((await world.history()).map(({ verdict }) => verdict)).toEqual(['PROVEN']);
    await world.expectNothingLeft();
  });

  test('when nobody reads anything: NOT_PROVEN', async () => {
    const dump = world.backup('cut.sql.gz', cutAt(readFileSync(shopFile), 0.5));
    const line = '"$@" 2>&1 | true; exit $PIPESTATUS';
    const { code } = await world.run(['run', '--dump', dump], within(line));
    expect(code).toBe(1);
    expect((await world.history()).map(({ verdict }) => verdict)).toEqual(['NOT_PROVEN']);
  });
});

describe('a record that --json could not write', () => {
  test.each([
    ['"$@" >/dev/full', 'ENOSPC'],
    ['"$@" | true; exit $PIPESTATUS', 'EPIPE'],
  ])('gives 2 with the reason, and is in the ledger all the same: %s', async (line, reason) => {
    const { code, stderr } = await world.run(['run', '--json', '--dump', shopFile], within(line));
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(`stdout (${reason})`) });
    expect((await world.history()).map(({ verdict }) => verdict)).toEqual(['PROVEN']);
  });
});

describe('a folder that cannot be written', () => {
  test.each(['--state-dir', '--out'])('is found before the drill: %s', async (option) => {
    writeFileSync(world.path('file'), '');
    const folder = world.path('file', 'below');
    const { code, stdout, stderr } = await world.run(['run', '--json', '--dump', shopFile, option, folder]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${folder} cannot be written`);
    expect(stderr).toContain(option);
    expect(stderr).not.toContain('Select dump');
  });
});

describe.runIf(process.platform === 'linux')('a folder that the system denies', () => {
  test.each(['--state-dir', '--out'])(
    'is found before the drill, and is not tried for ever: %s',
    async (option) => {
      const { code, stderr } = await world.run(['run', '--dump', shopFile, option, '/proc/nope']);
      expect(code).toBe(2);
      expect(stderr).toContain('/proc/nope cannot be written');
      expect(stderr).not.toContain('Select dump');
    },
  );
});

test.each(['0', '-1', 'many', '1.5'])('history --limit %s is wrong usage', async (limit) => {
  expect(await world.run(['history', '--limit', limit])).toMatchObject({ code: 64, stdout: '' });
});

describe('two signals at once', () => {
  test.each([
    ['SIGINT', 'SIGINT'],
    ['SIGTERM', 'SIGHUP'],
  ] as const)('do not lose the record: %s and %s', async (first, second) => {
    const slow = await makeSlowDump();
    const drill = world.start(['run', '--json', '--dump', world.backup('slow.sql', slow.text(120))]);
    await drill.said(/Restore dump into sandbox/);
    await world.untilServerDoes(/COPY/);
    drill.kill(first);
    await sleep(100);
    drill.kill(second);
    const ended = await drill.ended;
    await world.expectOutcome(
      { ...ended, record: recordOf(ended) },
      { verdict: 'COULD_NOT_VERIFY', code: 'INTERRUPTED' },
    );
  });
});

describe('names as long as a file system takes them', () => {
  test.each([
    ['letters', 'n'.repeat(247)],
    ['letters of two bytes', 'ü'.repeat(123)],
    ['letters of four bytes', '𝔻'.repeat(61)],
  ])('are drilled like any other: %s', async (_what, name) => {
    const dump = world.backup(`${name}.sql.gz`, readFileSync(shopFile));
    const { record } = await world.expectProven(['--dump', dump, '--out', world.path('out')]);
    expect(record.dump?.key).toBe(`${name}.sql.gz`);
  });
});

describe('two users of one machine', () => {
  test('do not keep each other from drilling', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    mkdirSync(world.path('tmp', 'restore-drill'), { mode: 0o700 });
    await world.expectProven(['--dump', shopFile], { asNormalUser: true });
  });
});

describe('list', () => {
  test('gives as many as --limit says, and as JSON with --json', async () => {
    for (const day of ['16', '17', '18'])
      world.backup(`shop_202611${day}T020000Z.sql.gz`, readFileSync(shopFile));
    world.backup('shop_20261115T020000Z.sql.gz', '');
    const config = ['--config', world.configuration()];
    const { code, stdout } = await world.run(['list', '--limit', '2', ...config]);
    expect(code).toBe(0);
    expect(stdout.match(/ {2}eligible/g)).toHaveLength(2);
    expect(stdout).toContain('and 1 more eligible');
    const json = await world.run(['list', '--limit', '1', '--json', ...config]);
    expect(JSON.parse(json.stdout)).toMatchObject([
      {
        database: 'shop',
        eligible: [{ key: 'shop_20261118T020000Z.sql.gz', moment: '2026-11-18T02:00:00.000Z' }],
        eligibleCount: 3,
        refused: [{ key: 'shop_20261115T020000Z.sql.gz' }],
        ignoredCount: 0,
      },
    ]);
    expect((await world.run(['list', '--limit', 'many', ...config])).code).toBe(64);
  });
});
