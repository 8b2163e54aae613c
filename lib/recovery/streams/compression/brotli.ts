/** Streaming brotli (RFC 7932) by Node's own decoder. It has no checksum: only what it holds can tell whether it is whole. */
import { Readable } from 'node:stream';
import { createBrotliDecompress } from 'node:zlib';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';

/** Nothing at its beginning tells brotli: its name has to. */
export const isNamedBrotli = (name: string): boolean => name.endsWith('.br');

/** @throws DrillError DUMP_TRUNCATED when the data end early, DUMP_CORRUPT when they are damaged */
export async function* decompressBrotli(source: ByteSource): AsyncGenerator<Buffer, void, undefined> {
  let total = 0;
  const truncated = () =>
    dumpError('DUMP_TRUNCATED', `the brotli data end early, after ${total} bytes of content`);
  // The decoder is content with nothing at all.
  if ((await source.peek(1)).length === 0) throw truncated();
  const stored = Readable.from(source.pieces());
  const content = createBrotliDecompress();
  stored.on('error', (error) => content.destroy(error));
  stored.pipe(content);
  try {
    for await (const piece of content as AsyncIterable<Buffer>) {
      total += piece.length;
      yield piece;
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw truncated();
    if (/^ERR_(_|BROTLI)/.test(code))
      throw dumpError('DUMP_CORRUPT', `the brotli data are damaged, after ${total} bytes of content`);
    throw error;
  } finally {
    stored.destroy();
    content.destroy();
  }
}
