import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import module from 'node:module';
import { SaxesParser } from 'saxes';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recordOf } from './support/command-line.ts';
import { shopFile, shopName, shopRows } from './support/fixtures.ts';
import { isRoot, World } from './support/world.ts';

let world: World;

beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.remove());

/** Begins every escape sequence of a terminal. */
const escapeCharacter = '\u001b';

describe('the first command of the README', () => {
  test('proves the example with its row counts, as one JSON document with every field', async () => {
    const { stdout, stderr, record } = await world.expectProven(['--dump', shopFile]);
    expect(Object.fromEntries(record.tables.map(({ name, rows }) => [name, rows]))).toEqual(shopRows);
    expect(JSON.parse(stdout)).toMatchObject({
      schemaVersion: 1,
      drillId: expect.stringMatching(/^\d{8}T\d{6}Z-shop-[0-9a-f]{4}$/),
      database: 'shop',
      mode: 'drill',
      dump: {
        key: shopName,
        format: 'plain SQL in gzip',
        serverVersion: expect.stringMatching(/^15\./),
        bytes: readFileSync(shopFile).length,
        checksumVerified: true,
        uploadedAt: expect.stringMatching(/Z$/),
      },
      findings: expect.arrayContaining([
        expect.objectContaining({ code: 'ROLES_CREATED', severity: 'info', hint: expect.any(String) }),
      ]),
      rto: { targetSeconds: null, actualSeconds: expect.any(Number) },
      rpo: {
        targetSeconds: null,
        dumpPoint: '2026-11-20T02:00:00.000Z',
        uploadEnd: expect.any(String),
        newestRow: null,
      },
      teardown: { confirmed: true },
    });
    expect(record.dump).toHaveProperty('consistencyPoint');
    expect(record.checks).toHaveLength(10);
    for (const { expected, actual, scope, ...check } of record.checks) {
      for (const fact of [expected, actual, scope]) expect(['string', 'undefined']).toContain(typeof fact);
      expect(check).toEqual({
        id: expect.any(String),
        name: expect.any(String),
        kind: expect.any(String),
        status: 'passed',
        durationMs: expect.any(Number),
      });
    }
    expect(record.tables.filter(({ expected }) => expected !== undefined).length).toBeGreaterThan(5);
    for (const { partitionOf, expected, ...table } of record.tables) {
      expect([table.rows, undefined]).toContain(expected);
      expect(Object.keys(table).sort()).toEqual(['database', 'name', 'rows', 'schema']);
      expect(partitionOf).toBe(table.name.startsWith('events_') ? 'shop.events' : undefined);
    }
    expect(record.phases.map(({ name }) => name)).toEqual([
      'Select dump',
      'Plan sandbox',
      'Provision sandbox',
      'Restore dump into sandbox',
      'Run checks',
      'Tear down sandbox',
    ]);
    for (const phase of record.phases)
      expect(phase).toMatchObject({ startedAt: expect.stringMatching(/Z$/), seconds: expect.any(Number) });
    expect(record.notTested.length).toBeGreaterThan(3);
    expect(stderr).toContain('PROVEN');
    expect(stderr).not.toContain(escapeCharacter);
    expect(stdout).not.toContain(escapeCharacter);
  });

  test('works in any working directory, by a relative path, with nothing but stderr for a person', async () => {
    const copy = world.backup('nightly.sql.gz', readFileSync(shopFile));
    const { code, stdout, stderr } = await world.run(['run', '--dump', 'backups/nightly.sql.gz']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/^Restore dump into sandbox: done in .* 5,004 rows$/m);
    expect(stderr).not.toContain(escapeCharacter);
    expect(existsSync(copy)).toBe(true);
    await world.expectNothingLeft();
  });

  test('works as a normal user with a home of its own, by default in its own folders', async () => {
    world.remove();
    world = await World.open({ forNormalUser: true });
    const env = { RESTORE_DRILL_STATE_DIR: undefined, RESTORE_DRILL_CACHE_DIR: undefined, USER: 'nobody' };
    const { record } = await world.expectProven(['--dump', shopFile], { asNormalUser: true, env });
    expect(
      existsSync(
        world.path('home', '.local', 'state', 'restore-drill', 'drills', record.drillId, 'report.html'),
      ),
    ).toBe(true);
    if (isRoot) expect(record.operator).not.toBe('root');
    // Node.js 20 cannot keep what it compiled.
    const kept = world.path('home', '.cache', 'restore-drill', 'compiled-code');
    expect(existsSync(kept)).toBe('enableCompileCache' in module);
  });
});

describe('--out', () => {
  test('gets record, report and JUnit of the drill', async () => {
    const out = world.path('reports', 'shop');
    const { record } = await world.expectProven(['--dump', shopFile, '--out', out]);
    expect(readdirSync(out).sort()).toEqual(['junit.xml', 'record.json', 'report.html', 'report.md']);
    expect(JSON.parse(readFileSync(`${out}/record.json`, 'utf8'))).toEqual(record);
    const report = readFileSync(`${out}/report.md`, 'utf8');
    for (const part of ['PROVEN', shopName, 'RTO', 'RPO', record.drillId, record.operator])
      expect(report).toContain(part);
    const suites = elementsOf(readFileSync(`${out}/junit.xml`, 'utf8'));
    expect(suites.find(({ name }) => name === 'testsuite')?.attributes).toMatchObject({
      failures: '0',
      errors: '0',
    });
    expect(suites.filter(({ name }) => name === 'testcase').length).toBeGreaterThanOrEqual(
      record.checks.length,
    );
  });
});

function elementsOf(xml: string): { name: string; attributes: Record<string, string> }[] {
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const parser = new SaxesParser();
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ name, attributes }) => elements.push({ name, attributes }));
  parser.write(xml).close();
  return elements;
}

describe('--keep', () => {
  test('keeps a server that answers the printed command, until it is swept', async () => {
    const ended = await world.run(['run', '--json', '--keep', '--dump', shopFile]);
    const record = recordOf(ended);
    expect({ code: ended.code, verdict: record.verdict }).toEqual({ code: 0, verdict: 'PROVEN' });
    // The record does not claim that it is gone.
    expect(record.teardown).toEqual({ confirmed: false, detail: expect.stringContaining('kept until') });
    expect(ended.stderr).toMatch(/^Tear down sandbox: done in [^,]+, kept until /m);
    expect(ended.stderr).not.toMatch(/failed after|NOT confirmed/);

    const command = /connect with: (.+)$/m.exec(ended.stderr)?.[1] ?? '';
    expect(command).toContain('psql');
    const words = `${command.replace(/ postgres$/, ' main')} -XAtc 'select count(*) from shop.orders'`;
    const answer = () =>
      execFileSync('sh', ['-c', words], { encoding: 'utf8', env: world.environment }).trim();
    expect(answer()).toBe('900');

    const sweeps = await world.run(['sweep']);
    expect(sweeps.stdout).toMatch(/^kept: PostgreSQL 15/);
    const next = await world.drill(['--dump', shopFile]);
    expect(next.record.verdict).toBe('PROVEN');
    expect(answer()).toBe('900');

    const nobodys = await world.run(['sweep', '--drill', 'nope']);
    expect(nobodys).toMatchObject({ code: 2, stdout: '' });
    expect(nobodys.stderr).toContain('drill nope has no sandbox on this machine');
    expect(nobodys.stderr).toContain(`These drills have one: ${record.drillId}`);

    const swept = await world.run(['sweep', '--drill', record.drillId]);
    expect(swept).toMatchObject({ code: 0, stdout: expect.stringContaining(record.drillId) });
    await world.expectNothingLeft();
  });
});

describe('looking back', () => {
  test('history gives the whole records of drills, newest first, and show renders any of them in every format', async () => {
    const first = await world.expectProven(['--dump', shopFile]);
    const second = await world.drill(['--dump', world.backup('empty.sql', '')]);
    expect(await world.history()).toEqual([second.record, first.record]);
    const table = (await world.run(['history'])).stdout;
    for (const part of ['PROVEN', 'NOT_PROVEN', first.record.drillId]) expect(table).toContain(part);
    expect((await world.run(['history', 'empty', '--json'])).stdout).not.toContain(first.record.drillId);

    const show = async (...words: string[]) => {
      const { code, stdout } = await world.run(['show', ...words]);
      expect({ words, code }).toEqual({ words, code: 0 });
      return stdout;
    };
    expect(JSON.parse(await show(first.record.drillId, '--format', 'json'))).toEqual(first.record);
    expect(await show('--format', 'text')).toContain('DUMP_EMPTY');
    expect(await show(first.record.drillId, '--format', 'markdown')).toMatch(/^# /m);
    expect(elementsOf(await show('--format', 'junit')).length).toBeGreaterThan(2);
    expect(await world.run(['show', 'no-such-drill'])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('no-such-drill'),
    });
  });
});

describe('plan, list and doctor', () => {
  test('plan says what a drill would do, and touches nothing', async () => {
    const before = readdirSync(world.temporaryDirectory);
    const { code, stdout } = await world.run(['plan', '--dump', shopFile]);
    expect(code).toBe(0);
    for (const part of [shopName, 'PostgreSQL 15', 'plain SQL in gzip']) expect(stdout).toContain(part);
    const { stdout: json } = await world.run(['plan', '--json', '--dump', shopFile]);
    expect(JSON.parse(json)).toMatchObject({
      database: 'shop',
      dump: { key: shopName },
      sandbox: { majorVersion: 15 },
    });
    expect(readdirSync(world.temporaryDirectory)).toEqual(before);
    expect(existsSync(world.stateDirectory)).toBe(false);
  });

  test('plan of a drill that cannot start says so with 2', async () => {
    const { code, stdout } = await world.run(['plan', '--dump', world.backup('page.sql', '<html></html>')]);
    expect(code).toBe(2);
    expect(stdout).toContain('DUMP_NOT_A_DUMP');
  });

  test('list shows each candidate with the reason why it was passed over', async () => {
    world.backup('shop_20261118T020000Z.sql.gz', readFileSync(shopFile));
    world.backup('shop_20261117T020000Z.sql.gz', '');
    world.backup('shop_20261116T020000Z.sql.gz.partial', 'x');
    world.backup('notes.txt', 'x');
    const { code, stdout } = await world.run(['list', '--config', world.configuration()]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/eligible .*shop_20261118T020000Z/);
    expect(stdout).toMatch(/refused .*shop_20261117T020000Z.*zero bytes/);
    expect(stdout).toMatch(/refused .*partial/);
    expect(existsSync(world.stateDirectory)).toBe(false);
  });

  test('doctor finds what drills need, and says what is wrong', async () => {
    const { code, stdout } = await world.run(['doctor']);
    expect(stdout).toMatch(/^ok +Node\.js/m);
    expect(stdout).toMatch(/^ok +PostgreSQL 15: installed/m);
    expect(code, stdout).toBe(0);
    const wrong = await world.run(['doctor', '--config', world.path('nowhere.yaml')]);
    expect(wrong).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/^problem +configuration: .*nowhere/m),
    });
  });
});
