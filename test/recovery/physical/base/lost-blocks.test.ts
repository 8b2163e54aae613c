/** Tars of a base backup in which a disk lost a block: zeros are what a tar ends with. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fileOf } from './support/folder-files.ts';
import { dataDirectory, type TarEntry, tarOf } from './support/tar-of.ts';
import { UnpackFolder } from './support/unpacking.ts';

let folder: UnpackFolder;
beforeEach(() => {
  folder = new UnpackFolder();
});
afterEach(() => folder.remove());

const relations: TarEntry[] = ['base/5/16385', 'base/5/16386'].map((name) => ({
  name,
  content: Buffer.alloc(8192, name),
}));
const segment: TarEntry = { name: '00000001000000000000000F', content: Buffer.alloc(8192, 'x') };

/** The outcome for a base.tar and a pg_wal.tar of these bytes, without a manifest. */
async function unpacked(base: Buffer, wal: Buffer) {
  const files = [fileOf('base.tar', base), fileOf('pg_wal.tar', wal)];
  return (await folder.unpack(files)).outcome;
}
const wholeBase = (): Promise<Buffer> => tarOf([...dataDirectory, ...relations]);
const wholeWal = (): Promise<Buffer> => tarOf([segment]);

test('both whole are unpacked', async () => {
  const outcome = await unpacked(await wholeBase(), await wholeWal());
  expect(outcome).toMatchObject({ kind: 'unpacked', account: { entries: 5 } });
});

test.each([0, 1])(
  'a lost header of a relation (%i) is damage, which no manifest has to tell',
  async (lost) => {
    const base = await wholeBase();
    const header = base.indexOf(relations[lost]?.name ?? '');
    expect(header % 512).toBe(0);
    base.fill(0, header, header + 1024);
    expect(await unpacked(base, await wholeWal())).toMatchObject({
      kind: 'refused',
      refusal: { kind: 'damaged' },
    });
  },
);

test.each([
  ['of zeros', () => Buffer.alloc(10_240)],
  ['of zeros, where gzip was', () => Buffer.alloc(1794)],
  ['of nothing but an end mark, in gzip', () => gzipSync(Buffer.alloc(1024))],
])('a pg_wal.tar %s is damage', async (_, wal) => {
  expect(await unpacked(await wholeBase(), wal())).toMatchObject({
    kind: 'refused',
    refusal: { kind: 'damaged', message: expect.stringContaining('pg_wal.tar holds no file') },
  });
});
