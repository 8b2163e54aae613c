import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import type { ControlFile } from '../base/facts/control-file.ts';
import { hasItsChecksum } from './page-checksum.ts';
import { type RelationFile, relationFiles } from './relation-files.ts';

/** A page that is not what was written. */
export interface BadPage {
  /** Below the data directory, e.g. `base/16384/16402.1`. */
  file: string;
  /** Within the file, as pg_checksums counts. */
  block: number;
}

export interface PageCheck {
  files: number;
  /** Read, those without content included. */
  pages: number;
  bytes: number;
  badPages: number;
  /** The first of them. */
  bad: BadPage[];
}

/** Bad pages that are kept by name; all are counted. */
const mostNamed = 20;

/** Read at once, while the one before is summed up. A multiple of every block size (1 to 32 kB). */
const pieceBytes = 1024 ** 2;

/**
 * Reads every data page of a stopped cluster and compares its checksum; like the server, and unlike pg_checksums, it takes a
 * page for new only when it is all zeros. Constant memory.
 * @param onBytes hears after each file how many were read in all @throws AbortError, and what the disk says
 */
export async function checkPages(
  cluster: { dataDirectory: string; tablespaceDirectory: string },
  { blockBytes, relationFileBlocks }: Pick<ControlFile, 'blockBytes' | 'relationFileBlocks'>,
  { signal, onBytes }: { signal: AbortSignal; onBytes(bytes: number): void },
): Promise<PageCheck> {
  const check: PageCheck = { files: 0, pages: 0, bytes: 0, badPages: 0, bad: [] };
  const buffers = [Buffer.alloc(pieceBytes), Buffer.alloc(pieceBytes)] as const;
  for (const file of relationFiles(cluster.dataDirectory, cluster.tablespaceDirectory)) {
    const handle = await open(file.path, constants.O_RDONLY | constants.O_NOFOLLOW);
    try {
      check.files += 1;
      await readPages(handle, buffers, (piece, at) => {
        signal.throwIfAborted();
        sumUp(file, piece, at, { blockBytes, relationFileBlocks }, check);
      });
    } finally {
      await handle.close();
    }
    onBytes(check.bytes);
  }
  return check;
}

/** The next piece is being read while one is looked at. */
async function readPages(
  handle: FileHandle,
  [one, other]: readonly [Buffer, Buffer],
  onPiece: (piece: Buffer, at: number) => void,
): Promise<void> {
  let at = 0;
  let coming = readWhole(handle, one, at);
  for (let current = one, next = other; ; [current, next] = [next, current]) {
    const length = await coming;
    const last = length < pieceBytes;
    if (!last) coming = readWhole(handle, next, at + length);
    if (length > 0) onPiece(current.subarray(0, length), at);
    if (last) return;
    at += length;
  }
}

/** @returns less than the buffer holds only at the end of the file */
async function readWhole(handle: FileHandle, buffer: Buffer, position: number): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, position + length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

function sumUp(
  { name, segment }: RelationFile,
  piece: Buffer,
  at: number,
  { blockBytes, relationFileBlocks }: Pick<ControlFile, 'blockBytes' | 'relationFileBlocks'>,
  check: PageCheck,
): void {
  const count = blockBytes / 4;
  const words = new Int32Array(piece.buffer, piece.byteOffset, piece.length >>> 2);
  const firstBlock = at / blockBytes;
  const blocks = Math.ceil(piece.length / blockBytes);
  for (let index = 0; index < blocks; index += 1) {
    const block = firstBlock + index;
    const first = index * count;
    const good =
      // The last page of a file may have been cut.
      first + count <= words.length &&
      (isNew(words, first)
        ? isEmpty(words, first, count)
        : hasItsChecksum(words, first, count, block + segment * relationFileBlocks));
    if (good) continue;
    check.badPages += 1;
    if (check.bad.length < mostNamed) check.bad.push({ file: name, block });
  }
  check.pages += blocks;
  check.bytes += piece.length;
}

/** PageIsNew: `pd_upper`, the upper half of the fourth word, is zero (storage/bufpage.h). */
const isNew = (words: Int32Array, first: number): boolean => (words[first + 3] as number) >>> 16 === 0;

function isEmpty(words: Int32Array, first: number, count: number): boolean {
  for (let at = first; at < first + count; at += 1) if (words[at] !== 0) return false;
  return true;
}
