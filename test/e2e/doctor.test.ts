/** The doctor says ok where a drill can run, and only there. */
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { shopFile, shopName } from './support/fixtures.ts';
import { isRoot, World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

const everyOther = (stdout: string): string[] =>
  stdout.split('\n').filter((line) => line !== '' && !line.startsWith('ok '));

describe('where a drill can run', () => {
  test('a server is started, and nothing of it stays', async () => {
    const { code, stdout } = await world.run(['doctor']);
    expect({ code, others: everyOther(stdout) }).toEqual({ code: 0, others: [] });
    expect(stdout).toMatch(/^ok +start of PostgreSQL \d+: answers after /m);
    await world.expectNothingLeft();
  });

  test('each database of the drills.yaml that lies here is opened, and the server that it needs is started', async () => {
    world.backup(shopName, readFileSync(shopFile));
    world.configuration();
    const { code, stdout } = await world.run(['doctor']);
    expect({ code, others: everyOther(stdout) }).toEqual({ code: 0, others: [] });
    expect(stdout).toContain(`database shop: ${shopName} (plain SQL in gzip, 34.2 kB) opens, needs up to`);
    expect(stdout).toMatch(/^ok +start of PostgreSQL 15/m);
  });
});

describe('where a drill cannot run, the doctor says why, what to do, and gives 2', () => {
  const ill = async (words: string[] = [], options = {}) => {
    const { code, stdout } = await world.run(['doctor', ...words], options);
    expect(code, stdout).toBe(2);
    return stdout;
  };

  test('a source is not there', async () => {
    const config = world.configuration();
    expect(await ill(['--config', config])).toMatch(/^problem +database shop: .*backups.* [A-Z`].*\.$/m);
  });

  test('no backup is in it', async () => {
    world.backup('other.txt', 'nothing');
    expect(await ill(['--config', world.configuration()])).toMatch(/^problem +database shop: [A-Z_]+: /m);
  });

  test('the newest dump does not open without a key', async () => {
    world.backup(shopName, Buffer.from('age-encryption.org/v1\n-> X25519 abc\nabc\n--- abc\nxyz'));
    expect(await ill(['--config', world.configuration()])).toMatch(
      /^problem +database shop: DUMP_ENCRYPTED/m,
    );
  });

  test('drills.yaml is wrong: each problem has its line', async () => {
    const config = world.configuration('    checks: [{ tables: 7 }]', '    objectives: { rto: soon }');
    const problems = everyOther(await ill(['--config', config]));
    expect(problems).toHaveLength(2);
    for (const line of problems) expect(line).toMatch(/^problem +configuration: .*drills\.yaml:\d+:\d+ /);
  });

  test('a folder cannot be written', async () => {
    writeFileSync(world.path('file'), '');
    const folder = world.path('file', 'below');
    expect(await ill(['--state-dir', folder])).toMatch(
      /^problem +state: .*cannot be written: ENOTDIR.*--state-dir/m,
    );
    const env = { RESTORE_DRILL_SANDBOX_DIR: folder };
    expect(await ill([], { env })).toMatch(/^problem +folder for sandboxes: .*RESTORE_DRILL_SANDBOX_DIR/m);
  });

  test.runIf(isRoot)('the user has no name, which initdb needs', async () => {
    chmodSync(world.base, 0o777);
    const wrapper = ['setpriv', '--reuid=54321', '--regid=54321', '--clear-groups'];
    const env = { RESTORE_DRILL_STATE_DIR: world.path('own-state'), TMPDIR: '/tmp' };
    expect(await ill([], { wrapper, env })).toMatch(
      /^problem +PostgreSQL servers: user id 54321 has no name.*\/etc\/passwd/m,
    );
    expect((await world.run(['run', '--dump', shopFile], { wrapper, env })).code).toBe(2);
  });

  test('no server is at hand and the registry cannot be reached', async () => {
    const env = {
      PATH: '/usr/bin:/bin',
      RESTORE_DRILL_CACHE_DIR: world.path('empty-cache'),
      npm_config_registry: 'http://127.0.0.1:9/',
    };
    const stdout = await world.run(['doctor'], { env }).then((ended) => ended.stdout);
    for (const line of everyOther(stdout))
      expect(line).toMatch(/(installed|fetched).*127\.0\.0\.1:9.*Install PostgreSQL \d+/);
    expect(everyOther(stdout).length).toBeGreaterThan(2);
  });
});
