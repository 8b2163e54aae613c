import unbzip2 from 'unbzip2-stream';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

/** Input handed to the decoder at once; it decodes all blocks that are complete before it returns. */
const inputBytes = 64 * 1024;

/**
 * Content of all bzip2 streams, one after the other; block and stream checksums are verified by the decoder.
 * @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged.
 */
export async function* decompressBzip2(source: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  const decoder = unbzip2();
  let ready: Buffer[] = [];
  let failure: unknown = null;
  let total = 0;
  // The decoder works synchronously: what it makes of one piece of input is there when `write` returns.
  decoder.on('data', (chunk: Buffer) => ready.push(chunk));
  decoder.on('error', (error: unknown) => {
    failure ??= error;
  });
  for (let isLast = false; !isLast; ) {
    const piece = await source.readUpTo(inputBytes);
    isLast = piece.length === 0;
    if (isLast) decoder.end();
    else decoder.write(piece);
    for (const chunk of ready) {
      total += chunk.length;
      yield chunk;
    }
    ready = [];
    if (failure !== null) throw named(failure, isLast, total);
  }
}

/** The decoder runs past the end of its input with a TypeError, and says one thing itself. */
function named(error: unknown, atEnd: boolean, total: number): unknown {
  const endedEarly =
    error instanceof TypeError || (error instanceof Error && /ended prematurely/.test(error.message));
  return atEnd && endedEarly
    ? dumpError('DUMP_TRUNCATED', `the bzip2 data end early, after ${total} bytes of content`, error)
    : dumpError('DUMP_CORRUPT', `the bzip2 data are damaged after ${total} bytes of content`, error);
}
