import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { RefusedEntry } from './unpack-refusal.ts';

/** Never an existing file, never through a link. */
const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
/** Without a bit that would run as somebody else, whatever the tar says. */
const mode = 0o600;
/** Most files of a cluster are small: for them the way through the thread pool costs more than the writing. */
const smallBytes = 128 * 1024;

/**
 * Writes a new file. @returns its bytes
 * @throws RefusedEntry where one is there already, and what reading the body throws
 */
export async function writeNewFile(
  path: string,
  sizeBytes: number,
  body: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<number> {
  return sizeBytes <= smallBytes ? writeSmall(path, body, onPiece) : writeLarge(path, body, onPiece);
}

async function writeSmall(
  path: string,
  body: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<number> {
  const file = created(() => openSync(path, flags, mode));
  let written = 0;
  try {
    for await (const piece of body) {
      onPiece(piece);
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at, piece.length - at);
      written += piece.length;
    }
  } finally {
    closeSync(file);
  }
  return written;
}

async function writeLarge(
  path: string,
  body: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<number> {
  // Made at once and opened again, so that both ways refuse the same.
  closeSync(created(() => openSync(path, flags, mode)));
  const file = await open(path, constants.O_WRONLY | constants.O_NOFOLLOW);
  let written = 0;
  try {
    for await (const piece of body) {
      onPiece(piece);
      for (let at = 0; at < piece.length; )
        at += (await file.write(piece, at, piece.length - at)).bytesWritten;
      written += piece.length;
    }
  } finally {
    await file.close();
  }
  return written;
}

function created(make: () => number): number {
  try {
    return make();
  } catch (error) {
    if (
      error instanceof Error &&
      'code' in error &&
      ['EEXIST', 'EISDIR', 'ENOTDIR'].includes(String(error.code))
    )
      throw new RefusedEntry('two of its members have the same name');
    throw error;
  }
}
