/** Reads a segment page by page, in memory that does not grow with it. */
import { createHash } from 'node:crypto';
import type { Lsn } from '../numbers/lsn.ts';
import type { LogPage } from './log-page.ts';
import { walPageBytes } from './page-header.ts';
import { contentOf, isDamage, type WalFile } from './wal-file.ts';

/** Bytes that are held at a time: a multiple of a page, and a part of the smallest segment. */
const blockBytes = 32 * walPageBytes;

/** Takes the next page, whose memory is used again after that. @returns false when no more pages are wanted */
export type OnPage = (page: LogPage) => boolean;

/**
 * Reads on to the end of the file even when no more pages are wanted: PostgreSQL takes a segment as a whole, and none whose
 * restore_command fails or whose size is another.
 *
 * @param start where the segment lies in the log
 * @returns what is wrong with the file, in words; null for one that is whole
 * @throws what reading the file throws that is no damage of it
 */
export async function readSegment(
  file: WalFile,
  start: Lsn,
  segmentBytes: number,
  onPage: OnPage,
): Promise<string | null> {
  const block = Buffer.alloc(blockBytes);
  const words = new Int32Array(block.buffer, block.byteOffset, blockBytes / 4);
  let total = 0;
  let filled = 0;
  let isWanted = true;
  const giveOut = (): void => {
    const before = start + total - filled;
    for (let at = 0; isWanted && at + walPageBytes <= filled; at += walPageBytes)
      isWanted = onPage({ bytes: block, words, at, address: before + at });
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

/** An archive that holds a segment twice must hold the same twice, or it cannot be told which is right. */
export async function haveSameContent(copies: readonly WalFile[], segmentBytes: number): Promise<boolean> {
  if (copies.length < 2) return true;
  const digests = new Set<string>();
  for (const copy of copies) {
    const hash = createHash('sha256');
    const problem = await reading(copy, segmentBytes, (piece) => hash.update(piece));
    digests.add(problem ?? hash.digest('hex'));
  }
  return digests.size === 1;
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
    if (isDamage(error)) return `decompression failed: ${error.message}`;
    throw error;
  }
  return null;
}
