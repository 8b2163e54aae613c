/** Streaming decompression of one deflate stream (RFC 1951), as gzip and zip hold it. */
import type { TransformOptions } from 'node:stream';
import { createInflateRaw, type InflateRaw, type ZlibOptions } from 'node:zlib';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { ByteSource } from '../bytes/byte-source.ts';

/** Output of one call into zlib's thread: large enough that crossing threads costs little. */
const chunkSize = 512 * 1024;
/** How far zlib may run ahead of the reader. */
const readableHighWaterMark = 2 * chunkSize;

/** How the format around a deflate stream says what is wrong; both after so many bytes of content. */
interface DeflateErrors {
  /** Bytes of content that came before. */
  before: number;
  truncated(total: number, cause?: unknown): Error;
  damaged(reason: string, total: number, cause?: unknown): Error;
}

/** Content of one deflate stream; the source is left at the byte after it. */
export async function* inflate(
  source: ByteSource,
  { before, truncated, damaged }: DeflateErrors,
): AsyncGenerator<Buffer, void, undefined> {
  // zlib's streams take the options of Transform as well.
  const options: ZlibOptions & TransformOptions = { chunkSize, readableHighWaterMark };
  const stream = createInflateRaw(options);
  let total = before;
  let failure: unknown = null;
  const fed = feed(source, stream).catch((error: unknown) => {
    failure = error;
    stream.destroy();
  });
  try {
    for await (const chunk of stream) {
      total += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    await fed;
  } catch (error) {
    // A stream that was destroyed because its input failed tells only that it was closed.
    if (failure === null) throw named(error, total, { truncated, damaged });
  } finally {
    stream.destroy();
  }
  if (failure !== null) throw failure;
}

/** Writes input until the deflate stream has ended, and gives back what it did not take. */
async function feed(source: ByteSource, stream: InflateRaw): Promise<void> {
  while (!stream.destroyed) {
    const piece = await source.readPiece();
    if (piece === null) {
      stream.end();
      return;
    }
    const before = stream.bytesWritten;
    await new Promise<void>((resolve) => {
      stream.once('close', resolve);
      stream.write(piece, () => {
        stream.off('close', resolve);
        resolve();
      });
    });
    const taken = stream.bytesWritten - before;
    if (taken < piece.length) {
      source.unread(piece.subarray(taken));
      return;
    }
  }
}

function named(
  error: unknown,
  total: number,
  { truncated, damaged }: Pick<DeflateErrors, 'truncated' | 'damaged'>,
): unknown {
  if (isDrillError(error)) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'Z_BUF_ERROR') return truncated(total, error);
  return typeof code === 'string' && code.startsWith('Z_')
    ? damaged('its data are damaged', total, error)
    : error;
}
