import { PassThrough } from 'node:stream';
import { pack } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { DumpMembers } from '../../../../../lib/recovery/logical/reading/packages/dump-members.ts';
import {
  layoutOfTarStart,
  layoutOfTar as layoutWith,
} from '../../../../../lib/recovery/logical/reading/packages/tar-layout.ts';
import { recognise } from '../../../../../lib/recovery/logical/reading/recognise.ts';
import { ByteSource } from '../../../../../lib/recovery/streams/bytes/byte-source.ts';
import { sourceOf } from '../support/reading.ts';

/** Nothing but names is looked at. */
const layoutOfTar = (bytes: ByteSource) => layoutWith(bytes, new DumpMembers(null, async () => 'other'));

/** A tar of files with a little content each; names that end in a slash are folders. */
async function tarOf(...names: string[]): Promise<Buffer> {
  const tar = pack();
  for (const name of names) {
    if (name.endsWith('/')) tar.entry({ name, type: 'directory' });
    else tar.entry({ name }, 'content of the file');
  }
  tar.finalize();
  const parts: Buffer[] = [];
  for await (const part of tar.pipe(new PassThrough())) parts.push(part);
  return Buffer.concat(parts);
}

describe('telling what a tar holds', () => {
  test.each([
    ['an archive of pg_dump', ['toc.dat', '3431.dat', 'restore.sql'], 'tar archive'],
    [
      'a packed directory dump',
      ['shop.dir/', 'shop.dir/3431.dat.gz', 'shop.dir/toc.dat'],
      'directory in tar',
    ],
    ['one packed from inside', ['./', './toc.dat', './3431.dat.gz'], 'directory in tar'],
    ['one with its contents last', ['3431.dat.gz', 'toc.dat'], 'directory in tar'],
    ['one deep down', ['a/', 'a/b/', 'a/b/blobs.toc', 'a/b/toc.dat'], 'directory in tar'],
    ['one behind other files', ['README', 'notes/x.txt', 'shop/toc.dat'], 'directory in tar'],
    ['one under a very long name', [`${'long/'.repeat(60)}toc.dat`], 'directory in tar'],
  ])('%s', async (_name, names, layout) => {
    const bytes = await tarOf(...names);
    expect(recognise(bytes)).toEqual({ kind: 'tar' });
    expect(await layoutOfTar(sourceOf(bytes, 700))).toBe(layout);
  });

  test.each([
    ['a base backup', ['backup_label', 'base/', 'base/1/1259'], 'PHYSICAL_BACKUP'],
    ['a whole data folder', ['data/', 'data/base/', 'data/base/1/', 'data/base/1/1259'], 'PHYSICAL_BACKUP'],
    ['WAL', ['000000010000000000000003'], 'PHYSICAL_BACKUP'],
    ['uploads', ['uploads/1.jpg', 'uploads/2.jpg'], 'DUMP_NOT_A_DUMP'],
    ['nothing', [], 'DUMP_EMPTY'],
    ['empty folders', ['a/'], 'DUMP_EMPTY'],
  ])('%s is refused by name', async (_name, names, code) => {
    await expect(layoutOfTar(sourceOf(await tarOf(...names)))).rejects.toMatchObject({ name: code });
  });

  test('the first bytes decide when they can, and leave it open when they cannot', async () => {
    expect(await layoutOfTarStart((await tarOf('toc.dat')).subarray(0, 512))).toBe('tar archive');
    expect(await layoutOfTarStart((await tarOf('README', 'x/toc.dat')).subarray(0, 1024))).toBeNull();
    await expect(layoutOfTarStart((await tarOf('PG_VERSION')).subarray(0, 512))).rejects.toMatchObject({
      name: 'PHYSICAL_BACKUP',
    });
  });

  test('a cut tar of other files is truncated', async () => {
    const cut = (await tarOf('a.txt', 'b.txt')).subarray(0, 1100);
    await expect(
      layoutOfTar(
        new ByteSource(
          (async function* () {
            yield cut;
          })(),
        ),
      ),
    ).rejects.toMatchObject({ name: 'DUMP_TRUNCATED' });
  });
});
