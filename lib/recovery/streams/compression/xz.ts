/** Streaming xz (tukaani.org/xz/xz-file-format.txt), stream by stream. */
import { crc32 } from 'node:zlib';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

const streamMagic = Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]);
const footerBytes = 12;
/** Input of the decoder in one piece: it takes no more at a time, so that the end of a stream lies in the last one. */
const inputBytes = 16 * 1024;
/** Results of xz-embedded (xz.h) that mean more than damaged data. */
const [unsupportedCheck, memoryError, memoryLimit, unsupportedOptions, noProgress] = [2, 3, 4, 6, 8];
/** Checks that the decoder verifies: none, CRC32, CRC64. */
const verifiedChecks = [0, 1, 4];

/**
 * Content of all streams, one after the other; the decoder verifies CRC32 and CRC64, and data with another check are
 * refused rather than read unverified.
 * @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged, COMPRESSION_UNKNOWN.
 */
export async function* decompressXz(source: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  for (;;) {
    const start = await source.peek(8);
    if (!start.subarray(0, 6).equals(streamMagic)) throw damaged('no stream begins where one should', total);
    const check = (start[7] ?? 0) & 0x0f;
    if (start.length === 8 && !verifiedChecks.includes(check)) {
      throw dumpError('COMPRESSION_UNKNOWN', `the xz data use check ${check}, which is not verified here`);
    }
    for await (const chunk of oneStream(source, () => total)) {
      total += chunk.length;
      yield chunk;
    }
    // Streams may be padded with zero bytes, four at a time.
    while ((await source.peek(4)).equals(Buffer.alloc(4))) await source.skip(4);
    if (await source.atEnd()) return;
  }
}

/** One stream; the source is left at the byte after it, which the decoder does not tell: its footer does. */
async function* oneStream(source: ByteSource, total: () => number): AsyncGenerator<Buffer, void, undefined> {
  let last: Buffer = Buffer.alloc(0);
  let before: Buffer = Buffer.alloc(0);
  let inputEnded = false;
  let failure: unknown = null;
  const input = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const piece = await source.readUpTo(inputBytes);
          before = Buffer.concat([before, last]).subarray(-footerBytes);
          last = piece;
          inputEnded = piece.length === 0;
          // The decoder takes an empty piece for the end: it makes no progress on it.
          controller.enqueue(piece);
        } catch (error) {
          failure = error;
          controller.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  // Loaded when it is needed, as few dumps do.
  const { default: xzDecompress } = await import('xz-decompress');
  const reader = new xzDecompress.XzReadableStream(input).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      if (value.length > 0) yield Buffer.from(value.buffer, value.byteOffset, value.length);
    }
  } catch (error) {
    throw failure ?? named(error, inputEnded, total());
  } finally {
    // Frees the decoder, of which there is only one.
    await reader.cancel().catch(() => {});
  }
  const tail = Buffer.concat([before, last]);
  const end = endOfFooter(tail);
  if (end < 0) throw damaged('its footer is missing', total());
  source.unread(tail.subarray(end));
}

/** Position after the first footer in the bytes: CRC32 of six bytes, the six bytes, `YZ`. */
function endOfFooter(bytes: Buffer): number {
  for (let at = bytes.indexOf('YZ'); at >= 0; at = bytes.indexOf('YZ', at + 1)) {
    const start = at + 2 - footerBytes;
    if (start >= 0 && bytes.readUInt32LE(start) === crc32(bytes.subarray(start + 4, at))) return at + 2;
  }
  return -1;
}

function named(error: unknown, inputEnded: boolean, total: number): unknown {
  const code = error instanceof Error ? Number(/error code (\d+)/.exec(error.message)?.[1] ?? -1) : -1;
  if (code === noProgress && inputEnded) {
    return dumpError('DUMP_TRUNCATED', `the xz data end early, after ${total} bytes of content`, error);
  }
  if ([unsupportedCheck, memoryError, memoryLimit, unsupportedOptions].includes(code)) {
    return dumpError(
      'COMPRESSION_UNKNOWN',
      'the xz data use options or memory that this release does not offer',
      error,
    );
  }
  return damaged('its data are damaged', total, error);
}

const damaged = (reason: string, total: number, cause?: unknown) =>
  dumpError('DUMP_CORRUPT', `the xz data are damaged after ${total} bytes of content: ${reason}`, cause);
