/** Tells from the first bytes what compresses them. */
import type { Compression } from '../../../domain/backup/dump.ts';

const hasBytes = (start: Buffer, at: number, ...bytes: number[]): boolean =>
  bytes.every((value, index) => start[at + index] === value);

/**
 * By the magic numbers of RFC 1952 (gzip), RFC 8878 (zstd), the xz and lz4 file formats and bzip2.
 * @param start the first bytes, 16 KiB of them where there are as many: frames that are passed over may come first
 */
export function compressionOf(start: Buffer): Compression | null {
  if (hasBytes(start, 0, 0x1f, 0x8b, 0x08)) return 'gzip';
  if (hasBytes(start, 0, 0x28, 0xb5, 0x2f, 0xfd)) return 'zstd';
  if (hasBytes(start, 0, 0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00)) return 'xz';
  if (/^BZh[1-9]/.test(start.toString('latin1', 0, 4)) && isBzip2Block(start.toString('hex', 4, 10)))
    return 'bzip2';
  if (isLz4Frame(start, 0) || hasBytes(start, 0, 0x02, 0x21, 0x4c, 0x18)) return 'lz4';
  const isSkippable = ((start[0] ?? 0) & 0xf0) === 0x50 && hasBytes(start, 1, 0x2a, 0x4d, 0x18);
  if (!isSkippable || start.length < 12) return null;
  // A frame to be passed over is the same in zstd and lz4; the frame after it tells.
  return isLz4Frame(start, 8 + start.readUInt32LE(4)) ? 'lz4' : 'zstd';
}

const isLz4Frame = (start: Buffer, at: number): boolean => hasBytes(start, at, 0x04, 0x22, 0x4d, 0x18);

/** The first block, or the end of a stream without any. */
const isBzip2Block = (magic: string): boolean => ['314159265359', '177245385090'].includes(magic);
