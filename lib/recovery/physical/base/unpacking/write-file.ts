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
 * @throws RefusedEntry where one is there already
 */
export async function writeNewFile(
  path: string,
  sizeBytes: number,
  body: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<number> {
  try {
    return sizeBytes <= smallBytes
      ? await writeSmall(path, body, onPiece)
      : await writeLarge(path, body, onPiece);
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

async function writeSmall(
  path: string,
  body: AsyncIterable<Buffer>,
  onPiece: (piece: Buffer) => void,
): Promise<number> {
  const file = openSync(path, flags, mode);
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
  const file = await open(path, flags, mode);
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
