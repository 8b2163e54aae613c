/** Decompression of data blocks and data files: compress_gzip.c, compress_lz4.c, compress_zstd.c of pg_dump. */
import { pipeline, Readable, type Transform, type TransformOptions } from 'node:stream';
import * as zlib from 'node:zlib';
import { isDrillError } from '../../../../domain/findings/errors.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import { giveTurn } from '../../../streams/bytes/turns.ts';
import { decompressLz4 } from '../../../streams/compression/lz4.ts';
import { decompressZstd } from '../../../streams/compression/zstd.ts';

/** `zlib` in custom archives, `gzip` in the files of a directory. */
export type DataCompression = 'none' | 'zlib' | 'gzip' | 'lz4' | 'zstd';

/** Output of one call into zlib's thread: large enough that crossing threads costs little. */
const chunkSize = 512 * 1024;
/** zlib's streams take the options of Transform as well: it may run two chunks ahead of the reader, in its own thread. */
const zlibOptions: zlib.ZlibOptions & TransformOptions = { chunkSize, readableHighWaterMark: 2 * chunkSize };

/**
 * Contents of one compressed block, whose input is consumed to its end. Without any byte it is an empty large object
 * where pg_dump starts its compressor with the first byte (all but gzip files, which have a header), else truncated.
 * @throws DrillError DUMP_CORRUPT, DUMP_TRUNCATED (the compressed data end early), DECOMPRESSION_LIMIT, or what the input throws.
 */
export function decompressData(
  compression: DataCompression,
  input: AsyncIterable<Buffer>,
  budget: ReadingBudget = new ReadingBudget(),
): AsyncGenerator<Buffer, void, undefined> {
  return compression === 'none'
    ? passedOn(input)
    : budget.spend(input, (stored) => contentOf(compression, stored));
}

async function* passedOn(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  for await (const piece of input) {
    await giveTurn();
    yield piece;
  }
}

async function* contentOf(
  compression: Exclude<DataCompression, 'none'>,
  input: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const iterator = input[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) {
    if (compression !== 'gzip') return;
    throw dumpError('DUMP_TRUNCATED', 'the compressed data have not even a beginning');
  }
  const whole = resume(first.value, iterator);
  if (compression === 'lz4') yield* decompressLz4(whole);
  else if (compression === 'zstd') yield* throughZstd(whole);
  else yield* throughZlib(compression, coalesced(whole));
}

async function* resume(first: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield first;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* throughZstd(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(input);
  try {
    yield* decompressZstd(source);
  } finally {
    await source.cancel();
  }
}

async function* throughZlib(
  compression: 'zlib' | 'gzip',
  input: AsyncGenerator<Buffer, void, undefined>,
): AsyncGenerator<Buffer, void, undefined> {
  const first = await input.next();
  if (first.done === true) throw dumpError('DUMP_TRUNCATED', 'the compressed data end early');
  // `coalesced` gives less than it gathers only where nothing more comes: what is small is whole.
  const atOnce = inflatedAtOnce(compression, first.value);
  if (atOnce === null) yield* throughZlibStream(compression, resume(first.value, input));
  else if (atOnce.length > 0) yield atOnce;
}

/** A table of so many bytes compressed and not is inflated in one call: 5,000 streams with their buffers cost 13 s of our CPU. */
const small = { stored: 16 * 1024, content: 256 * 1024 };

/**
 * zlib's own buffers of 16 KiB each outlived every young collection, since V8 takes what holds a native stream for living: 90 MB of them
 * for 5,000 tables of 0.8 kB. More content than this takes another buffer.
 */
const likelyContent = (stored: Buffer): number => Math.max(1024, 4 * stored.length);

/** All content of a short block; null when it is not that short. @throws DrillError as the stream */
function inflatedAtOnce(compression: 'zlib' | 'gzip', stored: Buffer): Buffer | null {
  if (stored.length > small.stored) return null;
  const inflate = compression === 'zlib' ? zlib.inflateSync : zlib.gunzipSync;
  try {
    // With `info` both are given; the types of Node do not say so.
    const { buffer, engine } = inflate(stored, {
      maxOutputLength: small.content,
      chunkSize: likelyContent(stored),
      info: true,
    } as zlib.ZlibOptions) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
    if (engine.bytesWritten !== stored.length) throw trailingBytes();
    return buffer;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') return null;
    throw namedError(error);
  }
}

async function* throughZlibStream(
  compression: 'zlib' | 'gzip',
  input: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  const stream: Transform & { bytesWritten: number } =
    compression === 'zlib' ? zlib.createInflate(zlibOptions) : zlib.createGunzip(zlibOptions);
  let bytes = 0;
  let finished = false;
  async function* counted(): AsyncGenerator<Buffer, void, undefined> {
    for await (const chunk of input) {
      bytes += chunk.length;
      yield chunk;
    }
    finished = true;
  }
  // Errors reach the loop below through the destroyed stream; the callback only keeps them from being unhandled.
  pipeline(Readable.from(counted(), { objectMode: true, highWaterMark: 1 }), stream, () => {});
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch (error) {
    throw namedError(error);
  }
  if (!finished || stream.bytesWritten !== bytes) throw trailingBytes();
}

const trailingBytes = () => dumpError('DUMP_CORRUPT', 'bytes follow the end of the compressed data');

/** pg_dump writes zlib data in blocks of about 4 KiB: one call into zlib's thread for each costs more than the work. */
const inputSize = 128 * 1024;

async function* coalesced(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void, undefined> {
  let pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of input) {
    pieces.push(piece);
    size += piece.length;
    if (size < inputSize) continue;
    yield pieces.length === 1 ? piece : Buffer.concat(pieces, size);
    pieces = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(pieces, size);
}

function namedError(error: unknown): unknown {
  if (isDrillError(error)) return error;
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'Z_BUF_ERROR') {
    return dumpError('DUMP_TRUNCATED', 'the compressed data end early', error);
  }
  if (typeof code === 'string' && code.startsWith('Z_')) {
    return dumpError('DUMP_CORRUPT', 'the compressed data are damaged', error);
  }
  return error;
}
