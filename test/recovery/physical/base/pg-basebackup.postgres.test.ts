/** Backups by pg_basebackup itself in every format, and pg_verifybackup as the judge of what was unpacked of them. */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { giveToServerAccount } from '../../../support/cluster.ts';
import { TestServer } from '../../../support/server.ts';
import { filesBelow } from './support/folder-files.ts';
import { UnpackFolder } from './support/unpacking.ts';

let server: TestServer;
/** Of the backups, one folder each. */
let backups: string;
let tablespace: string;
let unpacked: UnpackFolder;
/** A data directory, which pg_verifybackup takes for whole. */
let plain: string;

beforeAll(async () => {
  server = await TestServer.start('source');
  backups = mkdtempSync(join(tmpdir(), 'restore-drill-backups-'));
  tablespace = join(server.directory, 'fast \\disk');
  mkdirSync(tablespace);
  giveToServerAccount(tablespace);
  // Two of the three files of a table of this size are more than one piece of a stream.
  await server.sql(
    'postgres',
    'CREATE TABLE guest AS SELECT id, md5(id::text) FROM generate_series(1, 20000) AS id',
  );
  await server.sql('postgres', `CREATE TABLESPACE fast LOCATION '${tablespace}'`);
  await server.sql('postgres', 'CREATE TABLE rsvp TABLESPACE fast AS SELECT generate_series(1, 1000) AS id');
  plain = backUpPlain('plain');
  expect(verify(plain).status).toBe(0);
});
afterAll(async () => {
  await server.stop();
  rmSync(backups, { recursive: true, force: true });
});
beforeEach(() => {
  unpacked = new UnpackFolder();
});
afterEach(() => unpacked.remove());

function backUp(name: string, words: string[]): string {
  const folder = join(backups, name);
  rmSync(folder, { recursive: true, force: true });
  server.tool('pg_basebackup', ['-D', folder, '-c', 'fast', ...words]);
  return folder;
}

/** In the plain format, the tablespace beside it. */
function backUpPlain(name: string, words: string[] = []): string {
  const mapped = join(backups, `${name}-fast`);
  rmSync(mapped, { recursive: true, force: true });
  return backUp(name, ['-Fp', '-T', `${tablespace}=${mapped}`, ...words]);
}

const verify = (folder: string, words: string[] = []) => server.try('pg_verifybackup', [...words, folder]);

const tars: [string, string[]][] = [
  ['plain tars', ['-Ft']],
  ['gzip', ['-Ft', '-z']],
  ['zstd by the client', ['-Ft', '-Z', 'client-zstd']],
  ['lz4 by the client', ['-Ft', '-Z', 'client-lz4']],
  ['zstd by the server', ['-Ft', '-Z', 'server-zstd']],
  ['without checksums', ['-Ft', '--manifest-checksums=NONE']],
  ['SHA512', ['-Ft', '-z', '--manifest-checksums=SHA512']],
  ['SHA224 with encoded names', ['-Ft', '--manifest-checksums=SHA224', '--manifest-force-encode']],
];

describe('tars of pg_basebackup', () => {
  test.each(tars)('%s are unpacked to what pg_verifybackup takes for whole', async (name, words) => {
    const folder = backUp(name, [...words, '-X', 'fetch']);
    const { outcome, layout } = await unpacked.unpack(filesBelow(folder));
    expect(layout.kind).toBe('tars');
    expect(unpacked.problems(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'unpacked', account: { tablespaces: [expect.any(String)] } });
    const judged = verify(unpacked.dataDirectory);
    expect(judged.stderr).toBe('');
    expect(judged.status).toBe(0);
  });

  test('with WAL beside are as whole as with WAL inside', async () => {
    const folder = backUp('stream', ['-Ft', '-X', 'stream']);
    expect(readdirSync(folder)).toContain('pg_wal.tar');
    const { outcome } = await unpacked.unpack(filesBelow(folder));
    expect(unpacked.problems(outcome)).toEqual([]);
    expect(verify(unpacked.dataDirectory).status).toBe(0);
  });

  test('without a manifest say so, and without WAL lack it', async () => {
    const folder = backUp('bare', ['-Ft', '-X', 'none', '--no-manifest']);
    const { outcome } = await unpacked.unpack(filesBelow(folder));
    expect(unpacked.problems(outcome)).toEqual([]);
    expect(outcome).toMatchObject({ kind: 'unpacked', verification: { kind: 'no manifest' } });
    expect(readdirSync(join(unpacked.dataDirectory, 'pg_wal'))).toEqual(['archive_status']);
  });

  test.each(['base', 'tablespace'])('that are cut in their %s are told to be', async (part) => {
    const folder = backUp('cut', ['-Ft', '-z']);
    const sign = part === 'base' ? /^base\.tar/ : /^\d+\.tar/;
    const name = readdirSync(folder).find((each) => sign.test(each)) ?? '';
    truncateSync(join(folder, name), Math.floor(statSync(join(folder, name)).size * 0.6));
    const { outcome } = await unpacked.unpack(filesBelow(folder));
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { kind: 'truncated' } });
  });
});

const packings: [string, string[]][] = [
  ['tar', ['--create']],
  ['tar.gz', ['--create', '--gzip']],
  ['tar.zst', ['--create', '--use-compress-program=zstd']],
  ['tar.lz4', ['--create', '--use-compress-program=lz4']],
  ['tar.xz', ['--create', '--use-compress-program=xz -0']],
  ['posix.tar', ['--create', '--format=posix']],
];

describe('a plain data directory of pg_basebackup', () => {
  test('is read as it lies', async () => {
    const { outcome, layout } = await unpacked.unpack(filesBelow(plain));
    expect(layout.kind).toBe('data directory');
    // A link is no file of a listing: the tablespace did not come, and the manifest knows.
    expect(unpacked.problems(outcome).map(({ kind }) => kind)).toEqual(['files missing']);
  });

  test.each(packings)('is unpacked from a %s, with and without a folder on top', async (name, words) => {
    for (const [where, what] of [
      [backups, 'plain'],
      [plain, '.'],
    ] as const) {
      const file = join(backups, 'packed', `basebackup.${name}`);
      mkdirSync(join(backups, 'packed'), { recursive: true });
      // Its links are followed, as those do who want the tablespaces to come along.
      execFileSync('tar', [...words, '--dereference', '--file', file, '-C', where, what]);
      const folder = new UnpackFolder();
      try {
        const { outcome, layout } = await folder.unpack(filesBelow(join(backups, 'packed')));
        expect(layout.kind).toBe('packed data directory');
        expect(folder.problems(outcome)).toEqual([]);
        expect(verify(folder.dataDirectory).stderr).toBe('');
      } finally {
        folder.remove();
        rmSync(file);
      }
    }
  });

  test('with SHA512 is compared by it, wherever its manifest lies in the tar', async () => {
    const sha = backUpPlain('sha512', ['--manifest-checksums=SHA512']);
    const heap = heapOf(sha);
    writeFileSync(join(sha, heap), flipped(readFileSync(join(sha, heap))));
    const names = readdirSync(sha).filter((name) => name !== 'backup_manifest');
    for (const order of [
      ['backup_manifest', ...names],
      [...names, 'backup_manifest'],
    ]) {
      const file = join(backups, 'ordered', 'base.tar');
      mkdirSync(join(backups, 'ordered'), { recursive: true });
      execFileSync('tar', ['--create', '--dereference', '--file', file, '-C', sha, ...order]);
      const folder = new UnpackFolder();
      const { outcome } = await folder.unpack(filesBelow(join(backups, 'ordered')));
      expect(folder.problems(outcome)).toEqual([
        { kind: 'files changed', files: { count: 1, names: [heap] } },
      ]);
      folder.remove();
    }
  });
});

const flipped = (bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt8(copy.readUInt8(5000) ^ 0x10, 5000);
  return copy;
};

/** The largest file of a database. */
function heapOf(folder: string): string {
  const [heap] = readdirSync(join(folder, 'base'), { recursive: true })
    .map((name) => `base/${String(name)}`)
    .sort((a, b) => statSync(join(folder, b)).size - statSync(join(folder, a)).size);
  if (heap === undefined) throw new Error('there is no database');
  return heap;
}

const damages: [string, (folder: string) => void][] = [
  ['nothing', () => {}],
  [
    'a bit that flipped',
    (folder) =>
      writeFileSync(join(folder, heapOf(folder)), flipped(readFileSync(join(folder, heapOf(folder))))),
  ],
  ['a file that is gone', (folder) => rmSync(join(folder, heapOf(folder)))],
  ['a file more', (folder) => writeFileSync(join(folder, 'base/999999'), 'x')],
  ['a file that was cut', (folder) => truncateSync(join(folder, heapOf(folder)), 8192)],
  ['settings that changed', (folder) => writeFileSync(join(folder, 'postgresql.auto.conf'), '# x\n')],
  ['settings of ALTER SYSTEM that are gone', (folder) => rmSync(join(folder, 'postgresql.auto.conf'))],
  ['a signal more', (folder) => writeFileSync(join(folder, 'standby.signal'), '')],
  [
    'another backup_label',
    (folder) =>
      writeFileSync(
        join(folder, 'backup_label'),
        readFileSync(join(folder, 'backup_label'), 'utf8').replace('LABEL: ', 'LABEL: x'),
      ),
  ],
  ['WAL more', (folder) => writeFileSync(join(folder, 'pg_wal/0000000100000000000000FF'), 'x')],
  ['a manifest that was cut', (folder) => truncateSync(join(folder, 'backup_manifest'), 5000)],
  [
    'a manifest that changed',
    (folder) =>
      writeFileSync(
        join(folder, 'backup_manifest'),
        readFileSync(join(folder, 'backup_manifest'), 'utf8').replace('"Size": 3', '"Size": 4'),
      ),
  ],
];

describe('after a backup there was', () => {
  test.each(damages)('%s: the same verdict as pg_verifybackup', async (_, damage) => {
    const folder = join(backups, 'damaged');
    rmSync(folder, { recursive: true, force: true });
    cpSync(plain, folder, { recursive: true, dereference: true });
    damage(folder);
    const judged = verify(folder, ['-n']);
    const { outcome } = await unpacked.unpack(filesBelow(folder));
    const problems = unpacked.problems(outcome);
    expect(problems.length === 0, `${judged.stderr} ${JSON.stringify(problems)}`).toBe(judged.status === 0);
    for (const problem of problems)
      if ('files' in problem) for (const name of problem.files.names) expect(judged.stderr).toContain(name);
    expect(existsSync(join(unpacked.path, 'stray'))).toBe(false);
  });
});
