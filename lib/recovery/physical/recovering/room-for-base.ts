import { statfs } from 'node:fs/promises';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { formatBytes } from '../../../domain/text/quantities.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import { readManifest } from '../base/manifest/read-manifest.ts';
import { neededBytes } from '../base/unpacking/unpack-limits.ts';
import type { OpenedBase } from './opened-base.ts';

/** What a base backup may unpack to in its place. */
export interface RoomForBase {
  limitBytes: number;
  /** Going beyond the limit says only that the disk is too small: nobody knows how large the backup is. */
  limitedByDisk: boolean;
  /** The manifest says that it does not fit; nothing was unpacked. */
  tooSmall: Finding | null;
}

/** Left free on the disk: the WAL that waits to be replayed, and what the server writes. */
const leftFreeBytes = 512 * 1024 ** 2;

/** gzip takes a thousand zeros for one byte; clusters are packed to a twentieth at most, but for segments that were never filled. */
const mostBytesOfOne = 200;
const neverFilledBytes = 1024 ** 3;

/** Compares what a base backup needs with the disk, before a byte of it is unpacked. */
export async function roomForBase(
  {
    files,
    announcedBytes: toldBytes,
  }: Pick<Extract<OpenedBase, { kind: 'base' }>, 'files' | 'announcedBytes'>,
  directory: string,
): Promise<RoomForBase> {
  const { bavail, bsize } = await statfs(directory);
  const freedBytes = files.reduce((sum, { sizeBytes, isMoved }) => sum + (isMoved ? sizeBytes : 0), 0);
  const onDiskBytes = Math.max(0, bavail * bsize + freedBytes - leftFreeBytes);
  const storedBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const plausibleBytes = neverFilledBytes + mostBytesOfOne * storedBytes;
  const limitBytes = Math.min(onDiskBytes, plausibleBytes);
  const announcedBytes = toldBytes ?? (await announced(files));
  const limitedByDisk = announcedBytes === null && onDiskBytes < plausibleBytes;
  const tooSmall =
    (announcedBytes ?? storedBytes) <= onDiskBytes
      ? null
      : finding(
          'SANDBOX_DISK_FULL',
          `the base backup takes ${formatBytes(announcedBytes ?? storedBytes)}, and ${formatBytes(onDiskBytes)} of the disk may be used, ${formatBytes(leftFreeBytes)} being left for the WAL`,
        );
  return { limitBytes, limitedByDisk, tooSmall };
}

/** By the manifest, where it lies beside the tars; null: nobody says it. */
async function announced(files: readonly BaseFile[]): Promise<number | null> {
  const file = files.find(({ name }) => name === 'backup_manifest');
  if (file === undefined) return null;
  const stream = await file.open();
  try {
    const reading = await readManifest(new ByteSource(stream));
    return reading.kind === 'manifest' ? neededBytes(reading.manifest) : null;
  } finally {
    stream.destroy();
  }
}
