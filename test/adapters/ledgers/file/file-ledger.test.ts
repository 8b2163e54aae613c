import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createFileLedger, type LedgerDamage } from '../../../../lib/adapters/ledgers/file/file-ledger.ts';
import { encodeLine } from '../../../../lib/adapters/ledgers/file/ledger-lines.ts';
import { aFailedRecord, aRecord } from '../../../support/records.ts';

let root: string;
let script: string;
let folder: string;
let path: string;
const now = new Date('2026-03-01T03:00:00.000Z');

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ledger-test-'));
  // Other users start the script too, when the tests run as root.
  await chmod(root, 0o755);
  script = join(root, 'ledger-process.cjs');
  const entry = new URL('./ledger-process.ts', import.meta.url).pathname;
  await build({
    entryPoints: [entry],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    outfile: script,
    logLevel: 'error',
  });
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await mkdtemp(join(root, 'case-'));
  path = join(folder, 'ledger.jsonl');
});

const ledgerAt = (at = path, damages: LedgerDamage[] = []) =>
  createFileLedger({ path: at, clock: { now: () => now }, onDamage: (damage) => damages.push(damage) });

function start(args: string[], uid?: number): ChildProcess {
  const identity = uid === undefined ? {} : { uid, gid: uid };
  return spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'], ...identity });
}

async function outputOf(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  await once(child, 'close');
  return text;
}

async function holder(drillId: string): Promise<ChildProcess> {
  const child = start(['holdDrillLock', path, drillId]);
  const [line] = await once(child.stdout?.setEncoding('utf8') ?? child, 'data');
  expect(JSON.parse(String(line))).toEqual({ taken: true });
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  const closed = once(child, 'close');
  child.kill('SIGKILL');
  await closed;
}

describe('a ledger in a file', () => {
  test('gives back what was sealed, newest first', async () => {
    const ledger = ledgerAt();
    const [first, second] = [aRecord({ drillId: 'a' }), aFailedRecord({ drillId: 'b' })];
    await ledger.seal(first);
    await ledger.seal(second);
    expect(await ledger.history({ limit: 10 })).toMatchObject([second, first]);
    expect(await ledger.history({ limit: 1 })).toMatchObject([second]);
    expect(await ledger.show('a')).toMatchObject(first);
    expect(await ledger.show('c')).toBeNull();
  });

  test('is empty before the first seal, and reading makes no file', async () => {
    const ledger = ledgerAt(join(folder, 'deeper', 'ledger.jsonl'));
    expect(await ledger.history({ limit: 10 })).toEqual([]);
    await expect(stat(join(folder, 'deeper'))).rejects.toThrow('ENOENT');
  });

  test('keeps the first record of a drill when it is sealed twice', async () => {
    const ledger = ledgerAt();
    await ledger.seal(aRecord({ drillId: 'a', operator: 'first' }));
    await ledger.seal(aRecord({ drillId: 'a', operator: 'second' }));
    expect((await ledger.history({ limit: 10 })).map((record) => record.operator)).toEqual(['first']);
  });

  test('is not fooled by a drill id that stands in another record', async () => {
    const ledger = ledgerAt();
    await ledger.seal(aRecord({ drillId: 'a', operator: '"drillId":"b"' }));
    await ledger.seal(aRecord({ drillId: 'b' }));
    expect((await ledger.history({ limit: 10 })).map((record) => record.drillId)).toEqual(['b', 'a']);
  });

  test('tells the last proven drill of a database from newer failures and other databases', async () => {
    const ledger = ledgerAt();
    await ledger.seal(aRecord({ drillId: 'old' }));
    await ledger.seal(aRecord({ drillId: 'good' }));
    await ledger.seal(aFailedRecord({ drillId: 'bad' }));
    await ledger.seal(aRecord({ drillId: 'other', database: 'crm' }));
    expect((await ledger.lastProven('shop'))?.drillId).toBe('good');
    expect(await ledger.lastProven('nothing')).toBeNull();
    expect((await ledger.history({ database: 'crm', limit: 5 })).map((record) => record.drillId)).toEqual([
      'other',
    ]);
  });

  test('keeps a record whose names hold line separators on one line', async () => {
    const ledger = ledgerAt();
    const record = aRecord({ database: 'a\u2028b\nc\rd\u2029\u0000' });
    await ledger.seal(record);
    expect(await ledger.history({ limit: 5 })).toMatchObject([record]);
  });

  test('can be read by its owner only', async () => {
    await ledgerAt().seal(aRecord());
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('refuses to seal what it could not read again', async () => {
    const broken = aRecord({
      phases: [{ name: 'Judge', startedAt: '2026-03-01T03:00:00Z', seconds: Number.NaN }],
    });
    await expect(ledgerAt().seal(broken)).rejects.toMatchObject({ code: 'INTERNAL_ERROR', fault: 'us' });
    expect(await ledgerAt().history({ limit: 5 })).toEqual([]);
  });
});

describe('a ledger of many drills', () => {
  test('is read from its end, and no further than what was asked for', async () => {
    const newest = encodeLine(aRecord({ drillId: 'newest' }));
    await writeFile(path, `${'no record\n'.repeat(1000)}${newest}`);
    const damages: LedgerDamage[] = [];
    const ledger = ledgerAt(path, damages);

    expect(await ledger.history({ limit: 1 })).toMatchObject([{ drillId: 'newest' }]);
    expect(await ledger.history({ database: 'shop', limit: 1 })).toMatchObject([{ drillId: 'newest' }]);
    expect(await ledger.lastProven('shop')).toMatchObject({ drillId: 'newest' });
    expect(damages).toEqual([]);
  });

  test('takes names with invisible characters and line separators for what they are', async () => {
    const name = 'sh\u200bop\u2028';
    await ledgerAt().seal(aRecord({ drillId: 'odd', database: name }));
    await ledgerAt().seal(aRecord({ drillId: 'plain' }));
    const damages: LedgerDamage[] = [];

    expect(await ledgerAt(path, damages).history({ database: name, limit: 5 })).toMatchObject([
      { drillId: 'odd' },
    ]);
    expect(await ledgerAt(path, damages).history({ database: 'shop', limit: 5 })).toMatchObject([
      { drillId: 'plain' },
    ]);
    expect(damages).toEqual([]);
  });
});

describe('a damaged ledger', () => {
  test('passes over a torn last line, reports it, and goes on with a new line', async () => {
    const damages: LedgerDamage[] = [];
    const ledger = ledgerAt(path, damages);
    await ledger.seal(aRecord({ drillId: 'before' }));
    await appendFile(path, encodeLine(aRecord({ drillId: 'torn' })).slice(0, 400));
    expect((await ledger.history({ limit: 5 })).map((record) => record.drillId)).toEqual(['before']);
    await ledger.seal(aRecord({ drillId: 'after' }));
    expect((await ledger.history({ limit: 5 })).map((record) => record.drillId)).toEqual(['after', 'before']);
    expect(damages).toEqual([{ line: 2, reason: 'it is cut off or no record' }]);
  });

  test('counts a last line that lacks nothing but its newline', async () => {
    await writeFile(path, encodeLine(aRecord({ drillId: 'whole' })).trimEnd());
    await ledgerAt().seal(aRecord({ drillId: 'next' }));
    expect((await ledgerAt().history({ limit: 5 })).map((record) => record.drillId)).toEqual([
      'next',
      'whole',
    ]);
  });

  test('never takes a record whose verdict was changed', async () => {
    await writeFile(path, encodeLine(aFailedRecord()).replace('"NOT_PROVEN"', '"PROVEN"'));
    const damages: LedgerDamage[] = [];
    expect(await ledgerAt(path, damages).lastProven('shop')).toBeNull();
    expect(damages).toEqual([{ line: 1, reason: 'its content was changed' }]);
  });

  test('sees also the change of a record that it has read before', async () => {
    const damages: LedgerDamage[] = [];
    const ledger = ledgerAt(path, damages);
    await ledger.seal(aFailedRecord({ drillId: 'a' }));
    expect(await ledger.history({ limit: 10 })).toHaveLength(1);
    await writeFile(path, (await readFile(path, 'utf8')).replace('"NOT_PROVEN"', '"PROVEN"'));
    expect(await ledger.history({ limit: 10 })).toEqual([]);
    expect(damages).toEqual([{ line: 1, reason: 'its content was changed' }]);
  });

  test('is told of a line that names another database only because it was damaged', async () => {
    await writeFile(path, encodeLine(aRecord({ database: 'shop' })).replaceAll('"shop"', '"shoq"'));
    const damages: LedgerDamage[] = [];
    expect(await ledgerAt(path, damages).history({ database: 'shop', limit: 5 })).toEqual([]);
    expect(damages).toEqual([{ line: 1, reason: 'its content was changed' }]);
  });

  test('tells the number of a damaged line, wherever it stands', async () => {
    const lines = Array.from({ length: 300 }, (_, index) =>
      encodeLine(aRecord({ drillId: `drill-${index}` })),
    );
    lines[100] = `${lines[100]?.slice(0, 400)}\n`;
    await writeFile(path, lines.join(''));
    const damages: LedgerDamage[] = [];

    const ids = (await ledgerAt(path, damages).history({ limit: 1000 })).map(({ drillId }) => drillId);

    expect(ids).toEqual(
      Array.from({ length: 300 }, (_, index) => `drill-${299 - index}`).filter((id) => id !== 'drill-100'),
    );
    expect(damages).toEqual([{ line: 101, reason: 'it is cut off or no record' }]);
  });

  test('says when a newer release wrote a line', async () => {
    await writeFile(path, encodeLine(aRecord()).replace('{"format":1,', '{"format":2,'));
    const damages: LedgerDamage[] = [];
    expect(await ledgerAt(path, damages).history({ limit: 5 })).toEqual([]);
    expect(damages).toEqual([{ line: 1, reason: 'it has format 2, which this release does not read' }]);
  });

  test('loses nothing at whatever byte a write was cut off', async () => {
    const line = Buffer.from(encodeLine(aRecord({ drillId: 'torn' })));
    for (const cut of [1, 2, 17, 80, line.length - 2]) {
      await writeFile(
        path,
        Buffer.concat([Buffer.from(encodeLine(aRecord({ drillId: 'a' }))), line.subarray(0, cut)]),
      );
      await ledgerAt().seal(aRecord({ drillId: 'b' }));
      const ids = (await ledgerAt().history({ limit: 5 })).map((record) => record.drillId);
      expect(ids, `cut after ${cut} bytes`).toEqual(['b', 'a']);
    }
  });
});

describe('many processes at once', () => {
  test('append without losing or mixing a record', async () => {
    const writers = Array.from({ length: 8 }, (_, writer) => start(['sealMany', path, `w${writer}`, '5']));
    const said = await Promise.all(writers.map(outputOf));
    expect(said).toEqual(Array.from({ length: 8 }, () => ''));
    const damages: LedgerDamage[] = [];
    const ids = (await ledgerAt(path, damages).history({ limit: 100 })).map((record) => record.drillId);
    expect(new Set(ids).size).toBe(40);
    expect(ids).toHaveLength(40);
    expect(damages).toEqual([]);
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(40);
  });

  /** Late enough for six processes to be up on a busy machine. */
  const soon = () => String(Date.now() + 700);

  test('seal each drill once', async () => {
    const beginAt = soon();
    const sealed = Array.from({ length: 6 }, () =>
      outputOf(start(['sealMany', path, 'same', '15', beginAt])),
    );
    await Promise.all(sealed);
    expect(await ledgerAt().history({ limit: 200 })).toHaveLength(15);
  });

  test('never both get the lock of a database', async () => {
    const beginAt = soon();
    const contenders = Array.from({ length: 6 }, (_, n) =>
      start(['takeLocks', path, `d${n}`, '15', beginAt]),
    );
    const answers = await Promise.all(
      contenders.map(async (child) =>
        JSON.parse(String((await once(child.stdout?.setEncoding('utf8') ?? child, 'data'))[0])),
      ),
    );
    await Promise.all(contenders.map(kill));
    const databases = Array.from({ length: 15 }, (_, n) => `db${n}`);
    expect(answers.flat().sort()).toEqual(databases.sort());
  });

  test('go on after one was killed in the middle of a line while it held the lock', async () => {
    await ledgerAt().seal(aRecord({ drillId: 'before' }));
    await outputOf(start(['dieWhileWriting', path, 'killed']));
    expect((await stat(`${path}.lock`)).isDirectory()).toBe(true);
    await ledgerAt().seal(aRecord({ drillId: 'after' }));
    const damages: LedgerDamage[] = [];
    const ids = (await ledgerAt(path, damages).history({ limit: 9 })).map((record) => record.drillId);
    expect(ids).toEqual(['after', 'before']);
    expect(damages).toHaveLength(1);
  });
});

describe('the lock of a database', () => {
  const lockFor = (drillId: string, minutes = 60, database = 'shop') => ({
    database,
    drillId,
    leaseExpiresAt: new Date(now.getTime() + minutes * 60_000).toISOString(),
  });

  test('is held against another drill of the same database only', async () => {
    const ledger = ledgerAt();
    expect(await ledger.lock(lockFor('a'))).toEqual({ taken: true });
    expect(await ledger.lock(lockFor('b'))).toEqual({ taken: false, heldBy: lockFor('a') });
    expect(await ledger.lock(lockFor('b', 60, 'SHOP'))).toEqual({ taken: true });
    expect(await ledger.lock(lockFor('c', 60, '../../shop'))).toEqual({ taken: true });
  });

  test('is taken again by the drill that holds it', async () => {
    await ledgerAt().lock(lockFor('a', 1));
    expect(await ledgerAt().lock(lockFor('a', 90))).toEqual({ taken: true });
    expect(await ledgerAt().lock(lockFor('b'))).toEqual({ taken: false, heldBy: lockFor('a', 90) });
  });

  test('is let go by its own drill and by no other', async () => {
    const ledger = ledgerAt();
    await ledger.lock(lockFor('a'));
    await ledger.unlock('shop', 'b');
    expect(await ledger.lock(lockFor('b'))).toMatchObject({ taken: false });
    await ledger.unlock('shop', 'a');
    expect(await ledger.lock(lockFor('b'))).toEqual({ taken: true });
    await ledger.unlock('never locked', 'b');
  });

  test('does not hold once its lease has ended', async () => {
    await ledgerAt().lock(lockFor('a', -1));
    expect(await ledgerAt().lock(lockFor('b'))).toEqual({ taken: true });
  });

  test('holds while its process lives and falls with it', async () => {
    const child = await holder('a');
    expect(await ledgerAt().lock(lockFor('b'))).toMatchObject({ taken: false, heldBy: { drillId: 'a' } });
    await kill(child);
    expect(await ledgerAt().lock(lockFor('b'))).toMatchObject({ taken: true, abandoned: { drillId: 'a' } });
  });

  test('does not hold for a later process of the same number', async () => {
    await ledgerAt().lock(lockFor('a'));
    const [file] = [join(`${path}.locks`, 'shop.json')];
    const held = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...held, owner: { ...held.owner, startedAt: 'another boot:1' } }));
    expect(await ledgerAt().lock(lockFor('b'))).toMatchObject({ taken: true, abandoned: { drillId: 'a' } });
  });

  test('of another machine holds until its lease ends', async () => {
    await ledgerAt().lock(lockFor('a'));
    const file = join(`${path}.locks`, 'shop.json');
    const held = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(
      file,
      JSON.stringify({ ...held, owner: { ...held.owner, pid: 4_000_000, host: 'elsewhere' } }),
    );
    expect(await ledgerAt().lock(lockFor('b'))).toMatchObject({ taken: false });
  });
});

describe('a place that cannot be written', () => {
  test('is a named error with a hint when the folder is read-only', async () => {
    // Root may write everywhere, so it sends nobody (65534).
    await chmod(folder, 0o555);
    const began = performance.now();
    const said = await outputOf(
      start(['sealMany', path, 'x'], process.getuid?.() === 0 ? 65_534 : undefined),
    );
    expect(performance.now() - began).toBeLessThan(20_000);
    expect(JSON.parse(said.replaceAll(folder, 'FOLDER'))).toMatchInlineSnapshot(`
      {
        "code": "LEDGER_UNWRITABLE",
        "hint": "Make the folder FOLDER writable for this user and see that its disk has free space, or choose another folder with \`--state-dir\`.",
        "message": "cannot write the ledger FOLDER/ledger.jsonl: EACCES",
      }
    `);
  });

  test('is a named error when a file stands where the folder should be', async () => {
    await writeFile(join(folder, 'file'), '');
    const ledger = ledgerAt(join(folder, 'file', 'ledger.jsonl'));
    await expect(ledger.seal(aRecord())).rejects.toMatchObject({ code: 'LEDGER_UNWRITABLE' });
  });

  test('is a named error when the ledger is a folder', async () => {
    await mkdir(path);
    await expect(ledgerAt().history({ limit: 1 })).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
  });
});
