/** Reads a segment page by page, in memory that does not grow with it. */
import { createHash } from 'node:crypto';
import { isDrillError } from '../../../domain/findings/errors.ts';
import { walPageBytes } from './page-header.ts';
import { contentOf, type WalFile } from './wal-file.ts';

/** Bytes that are held at a time: a multiple of a page, and a part of the smallest segment. */
const blockBytes = 32 * walPageBytes;

/**
 * Takes the next page: bytes and words of the same memory, where the page lies in it, and where in the segment.
 * @returns false when no more pages are wanted
 */
export type OnPage = (bytes: Buffer, words: Int32Array, at: number, offset: number) => boolean;

/**
 * Reads on to the end of the file even when no more pages are wanted: PostgreSQL takes a segment as a whole, and none whose
 * restore_command fails or whose size is another.
 *
 * @returns what is wrong with the file, in words; null for one that is whole
 * @throws what reading the file throws that is no damage of it
 */
export async function readSegment(
  file: WalFile,
  segmentBytes: number,
  onPage: OnPage,
): Promise<string | null> {
  const block = Buffer.alloc(blockBytes);
  const words = new Int32Array(block.buffer, block.byteOffset, blockBytes / 4);
  let total = 0;
  let filled = 0;
  let isWanted = true;
  const giveOut = (): void => {
    const before = total - filled;
    for (let at = 0; isWanted && at + walPageBytes <= filled; at += walPageBytes)
      isWanted = onPage(block, words, at, before + at);
    filled = 0;
  };
  const problem = await reading(file, segmentBytes, (piece) => {
    if (!isWanted) {
      total += piece.length;
      return;
    }
    for (let from = 0; from < piece.length; ) {
      const taken = piece.copy(block, filled, from);
      from += taken;
      filled += taken;
      total += taken;
      if (filled === blockBytes) giveOut();
    }
  });
  if (problem !== null) return problem;
  if (total === segmentBytes) giveOut();
  return total === segmentBytes ? null : `wrong size: ${total} bytes instead of ${segmentBytes}`;
}

/** SHA-256 of the content of a segment; null for one that is damaged or too long. */
export async function digestOfSegment(file: WalFile, segmentBytes: number): Promise<string | null> {
  const hash = createHash('sha256');
  const problem = await reading(file, segmentBytes, (piece) => hash.update(piece));
  return problem === null ? hash.digest('hex') : null;
}

async function reading(
  file: WalFile,
  segmentBytes: number,
  take: (piece: Buffer) => unknown,
): Promise<string | null> {
  let total = 0;
  try {
    for await (const piece of contentOf(file)) {
      total += piece.length;
      if (total > segmentBytes) return `wrong size: more than the ${segmentBytes} bytes of a segment`;
      take(piece);
    }
  } catch (error) {
    if (isDrillError(error)) return `decompression failed: ${error.message}`;
    throw error;
  }
  return null;
}
