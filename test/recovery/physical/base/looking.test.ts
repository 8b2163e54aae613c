/** What is told of a base before it is unpacked, and while it is. */
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { recogniseBase } from '../../../../lib/recovery/physical/base/layout/recognise-base.ts';
import type { BackupManifest } from '../../../../lib/recovery/physical/base/manifest/backup-manifest.ts';
import { lookIntoBase } from '../../../../lib/recovery/physical/base/unpacking/look-into-base.ts';
import { neededBytes, UnpackLimits } from '../../../../lib/recovery/physical/base/unpacking/unpack-limits.ts';
import { fileOf } from './support/folder-files.ts';
import { dataDirectory, type TarEntry, tarOf } from './support/tar-of.ts';
import { UnpackFolder } from './support/unpacking.ts';

const mebibyte = 1024 * 1024;

async function layoutOf(entries: TarEntry[]) {
  const layout = await recogniseBase([fileOf('base.tar.gz', gzipSync(await tarOf(entries)))]);
  if (layout.kind !== 'packed data directory') throw new Error(`it is ${layout.kind}`);
  return layout;
}

describe('looking into a base', () => {
  const late: TarEntry[] = [
    { name: 'PG_VERSION', content: '17\n' },
    { name: 'base/5/INCREMENTAL.1259', content: Buffer.alloc(3 * mebibyte) },
    ...dataDirectory.filter(({ name }) => name === 'backup_label'),
  ];

  test('ends where everything wanted was found', async () => {
    const look = await lookIntoBase(await layoutOf(late), ['majorVersion'], mebibyte);
    expect(look).toMatchObject({ majorVersion: 17, label: null, isIncremental: false, refusal: null });
  });

  test('reads on to what comes late, and sees incremental files on its way', async () => {
    const look = await lookIntoBase(await layoutOf(late), ['label'], 10 * mebibyte);
    expect(look).toMatchObject({ label: { kind: 'label' }, isIncremental: true, refusal: null });
  });

  test('ends at its limit, and says so', async () => {
    const look = await lookIntoBase(await layoutOf(late), ['label'], mebibyte);
    expect(look).toMatchObject({ majorVersion: 17, label: null, refusal: { kind: 'too large' } });
  });
});

const manifestOf = (sizes: number[]): BackupManifest => ({
  version: 2,
  systemIdentifier: '1',
  files: new Map(
    sizes.map((sizeBytes, index) => [`f${index}`, { sizeBytes, algorithm: null, checksum: null }]),
  ),
  walRanges: [{ timeline: 1, startLsn: '0/1000000', endLsn: '0/3000000' }],
});

describe('the disk that a base needs', () => {
  test('is its files and its WAL, rounded up to segments at both ends', () => {
    expect(neededBytes(manifestOf([100, 200]), mebibyte)).toBe(300 + 32 * mebibyte + 2 * mebibyte);
  });

  test('bounds what may come, once the manifest is known', () => {
    const limits = new UnpackLimits(1e15, 1e9);
    limits.enter(1e12);
    limits.announce(manifestOf([100]));
    expect(() => limits.enter(1)).toThrow('unpacks to more than');
  });
});

describe('unpacking', () => {
  let folder: UnpackFolder;
  beforeEach(() => {
    folder = new UnpackFolder();
  });
  afterEach(() => folder.remove());

  test('tells how far it is, and ends within a file when it is aborted', async () => {
    const file = fileOf(
      'base.tar',
      await tarOf([...dataDirectory, { name: 'f', content: Buffer.alloc(8 * mebibyte) }]),
    );
    const controller = new AbortController();
    const heard: number[] = [];
    const unpacking = folder.unpack([file], {
      signal: controller.signal,
      onProgress: (bytes) => {
        heard.push(bytes);
        controller.abort(new Error('enough'));
      },
    });
    await expect(unpacking).rejects.toThrow('enough');
    expect(heard).toEqual([3]);
  });
});
