/** Tars that want to write or reach outside, or to fill the disk: refused by name, and never a file outside. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { createGzip, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fileOf } from './support/folder-files.ts';
import { dataDirectory, type TarEntry, tarOf } from './support/tar-of.ts';
import { UnpackFolder } from './support/unpacking.ts';

let folder: UnpackFolder;
beforeEach(() => {
  folder = new UnpackFolder();
});
afterEach(() => folder.remove());

const unpackTar = async (entries: TarEntry[], options = {}) =>
  (await folder.unpack([fileOf('base.tar.gz', gzipSync(await tarOf(entries)))], options)).outcome;

const refusals: [string, TarEntry[], RegExp][] = [
  ['a path that leads out', [{ name: '../stray', content: 'x' }], /leads out by \.\./],
  ['a path that leads out from within', [{ name: 'base/../../stray', content: 'x' }], /leads out by \.\./],
  ['an absolute path', [{ name: '/stray', content: 'x' }], /absolute/],
  ['an absolute folder', [{ name: '/stray/', type: 'directory' }], /absolute/],
  [
    'a symbolic link to outside, and a file through it',
    [
      { name: 'base', type: 'symlink', linkname: '..' },
      { name: 'base/stray', content: 'x' },
    ],
    /leads out of the data directory/,
  ],
  [
    'an absolute symbolic link',
    [{ name: 'server.key', type: 'symlink', linkname: '/etc/shadow' }],
    /leads out of the data directory/,
  ],
  [
    'symbolic links that lead out together',
    [
      { name: 'a/b/top', type: 'symlink', linkname: '../..' },
      { name: 'out', type: 'symlink', linkname: 'a/b/top/../..' },
    ],
    /link/,
  ],
  ['a hard link to outside', [{ name: 'stray', type: 'link', linkname: '../../etc/passwd' }], /hard link/],
  ['an absolute hard link', [{ name: 'stray', type: 'link', linkname: '/etc/passwd' }], /hard link/],
  ['a hard link to what is not there', [{ name: 'a', type: 'link', linkname: 'b' }], /to nothing/],
  ['a link to nowhere', [{ name: 'a', type: 'symlink', linkname: 'nowhere' }], /link/],
  ['a link in a tablespace', [{ name: 'pg_tblspc/1/a', type: 'symlink', linkname: 'b' }], /link/],
  ['a character device', [{ name: 'null', type: 'character-device', devmajor: 1, devminor: 3 }], /device/],
  ['a block device', [{ name: 'disk', type: 'block-device', devmajor: 8, devminor: 0 }], /device/],
  ['a fifo', [{ name: 'pipe', type: 'fifo' }], /fifo/],
  [
    'a name twice',
    [
      { name: 'a', content: 'x' },
      { name: './a', content: 'y' },
    ],
    /same name/,
  ],
  [
    'a link and a file of one name',
    [
      { name: 'global/a', type: 'symlink', linkname: '../PG_VERSION' },
      { name: 'global/a', content: 'y' },
    ],
    /are called global\/a/,
  ],
  [
    'a file in the place of a folder',
    [
      { name: 'a', content: 'x' },
      { name: 'a/b', content: 'y' },
    ],
    /same name/,
  ],
  ['a path of a thousand folders', [{ name: 'a/'.repeat(1000), type: 'directory' }], /deeper/],
  ['a name that is too long', [{ name: `${'x'.repeat(300)}`, content: 'x' }], /too long/],
];

describe('refused, with nothing outside:', () => {
  test.each(refusals)('%s', async (_, entries, message) => {
    const outcome = await unpackTar([...dataDirectory, ...entries]);
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'hostile', message: expect.stringMatching(message) },
    });
    expect(folder.strays).toEqual([]);
    expect(existsSync('/stray')).toBe(false);
  });

  test('a tar whose gzip holds hundreds of megabytes of zeros behind its end', async () => {
    const tar = await tarOf(dataDirectory);
    const zeros = Buffer.alloc(2 ** 20);
    async function* bomb() {
      yield tar;
      for (let index = 0; index < 320; index += 1) yield zeros;
    }
    const stored: Buffer[] = [];
    for await (const piece of Readable.from(bomb()).pipe(createGzip())) stored.push(piece as Buffer);
    const { outcome } = await folder.unpack([fileOf('base.tar.gz', Buffer.concat(stored))], {
      limitBytes: 2 ** 20,
    });
    expect(outcome).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'too large', code: 'DECOMPRESSION_LIMIT' },
    });
  });

  test('a file larger than there is room for, before a byte of it is written', async () => {
    const outcome = await unpackTar([...dataDirectory, { name: 'bomb', content: Buffer.alloc(2 ** 21) }], {
      limitBytes: 2 ** 20,
    });
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { kind: 'too large' } });
    expect(existsSync(join(folder.dataDirectory, 'bomb'))).toBe(false);
  });

  test('a file that a thousand links would multiply', async () => {
    const links = Array.from(
      { length: 1000 },
      (_, index): TarEntry => ({ name: `l${index}`, type: 'link', linkname: 'f' }),
    );
    const outcome = await unpackTar(
      [...dataDirectory, { name: 'f', content: Buffer.alloc(2 ** 16) }, ...links],
      {
        limitBytes: 2 ** 20,
      },
    );
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { kind: 'too large' } });
    expect(outcome.account.bytes).toBeLessThanOrEqual(2 ** 20);
  });

  test('a hundred thousand files', async () => {
    const many = Array.from(
      { length: 100_000 },
      (_, index): TarEntry => ({ name: `f${index}`, content: '' }),
    );
    const outcome = await unpackTar([...dataDirectory, ...many], { maxEntries: 10_000 });
    expect(outcome).toMatchObject({ kind: 'refused', account: { entries: 10_000 } });
    expect(readdirSync(folder.dataDirectory).length).toBeLessThanOrEqual(10_000);
  });
});

describe('taken, with care:', () => {
  test('modes, setuid bits and owners of the tar are dropped', async () => {
    const outcome = await unpackTar([
      ...dataDirectory,
      { name: 'base', type: 'directory', mode: 0o7777, uid: 1234 },
      { name: 'base/run', content: 'x', mode: 0o6777, uid: 1234 },
    ]);
    expect(outcome.kind).toBe('unpacked');
    const run = statSync(join(folder.dataDirectory, 'base/run'));
    expect(run.mode & 0o7777).toBe(0o600);
    expect(run.uid).toBe(process.getuid?.());
    for (const name of ['.', 'base', 'pg_wal'])
      expect(statSync(join(folder.dataDirectory, name)).mode & 0o7777).toBe(0o700);
  });

  test('links of tablespaces and of pg_wal are replaced by folders of ours', async () => {
    const outcome = await unpackTar([
      ...dataDirectory,
      { name: 'pg_tblspc/16428', type: 'symlink', linkname: '/etc' },
      { name: 'pg_tblspc/16428/PG_15/5/1', content: 'rows' },
      { name: 'pg_wal', type: 'symlink', linkname: '/var/lib/wal' },
    ]);
    expect(outcome).toMatchObject({
      kind: 'unpacked',
      account: { isWalElsewhere: true, tablespaces: ['16428'] },
    });
    expect(readFileSync(join(folder.tablespacesDirectory, '16428/PG_15/5/1'), 'utf8')).toBe('rows');
    expect(readFileSync(join(folder.dataDirectory, 'pg_tblspc/16428/PG_15/5/1'), 'utf8')).toBe('rows');
    expect(lstatSync(join(folder.dataDirectory, 'pg_wal')).isDirectory()).toBe(true);
    expect(existsSync('/etc/PG_15')).toBe(false);
  });

  test('links within, hard ones as copies, and names that differ by case alone', async () => {
    const outcome = await unpackTar([
      ...dataDirectory,
      { name: 'base/a', content: 'x' },
      { name: 'base/A', content: 'y' },
      { name: 'base/b', type: 'link', linkname: 'base/a' },
      { name: 'base/c', type: 'symlink', linkname: 'a' },
    ]);
    expect(outcome.kind).toBe('unpacked');
    const read = (name: string) => readFileSync(join(folder.dataDirectory, 'base', name), 'utf8');
    expect(['a', 'A', 'b', 'c'].map(read)).toEqual(['x', 'y', 'x', 'x']);
    expect(lstatSync(join(folder.dataDirectory, 'base/b')).nlink).toBe(1);
  });

  test('what lies beside the data directory is left out and told', async () => {
    const below = [...dataDirectory].map((entry) => ({ ...entry, name: `./srv/pgdata/${entry.name}` }));
    const outcome = await unpackTar([...below, { name: 'srv/notes.txt', content: 'x' }]);
    expect(outcome).toMatchObject({
      kind: 'unpacked',
      account: { leftOut: { count: 1, names: ['srv/notes.txt'] } },
      verification: { kind: 'no manifest' },
    });
    expect(readFileSync(join(folder.dataDirectory, 'PG_VERSION'), 'utf8')).toBe('15\n');
  });

  test('a live copy without a label is told to be one', async () => {
    const outcome = await unpackTar([
      { name: 'PG_VERSION', content: '15\n' },
      { name: 'postmaster.pid', content: '1\n' },
    ]);
    const kinds = (isSnapshot: boolean) => folder.problems(outcome, isSnapshot).map(({ kind }) => kind);
    expect(kinds(false)).toEqual(['live copy', 'no backup label', 'control file missing']);
    expect(kinds(true)).toEqual(['live copy', 'control file missing']);
  });

  test('a directory that is not empty is not unpacked into', async () => {
    mkdirSync(folder.dataDirectory);
    writeFileSync(join(folder.dataDirectory, 'mine'), 'x');
    await expect(unpackTar(dataDirectory)).rejects.toThrow('not empty');
  });
});
