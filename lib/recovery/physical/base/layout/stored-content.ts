/** The content of stored bytes, whatever encrypts and compresses them. */
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { decompressBrotli, isNamedBrotli } from '../../../streams/compression/brotli.ts';
import { compressionOf } from '../../../streams/compression/compression-of.ts';
import { decompress } from '../../../streams/compression/decompress.ts';
import { decrypted } from '../../stored/decrypted.ts';
import type { BaseFile } from './base-file.ts';

/** Enough to see past frames that are passed over. */
const startBytes = 16 * 1024;
/** A tar.gz that was compressed again in transit happens; more than that does not. */
const mostLayers = 3;

/** Passes pieces on, and throws when there are too many: of the decompressed bytes of every layer. */
export type Bounding = (content: AsyncIterable<Buffer>) => AsyncIterable<Buffer>;

/**
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, and what opening throws; reading the content throws DUMP_TRUNCATED,
 * DUMP_CORRUPT and what `bounding` throws
 */
export async function storedContent(file: BaseFile, bounding: Bounding): Promise<ByteSource> {
  const stored = new ByteSource(await file.open());
  const content = file.keys === undefined ? stored : await decrypted(stored, file.keys);
  return isNamedBrotli(file.name)
    ? new ByteSource(freeing(content, bounding(decompressBrotli(content))))
    : uncompressed(content, bounding);
}

/** Whether its bytes are compressed, below what encrypts them. @throws DrillError as `storedContent` */
export async function isCompressed(file: BaseFile): Promise<boolean> {
  const stored = new ByteSource(await file.open());
  const content = file.keys === undefined ? stored : await decrypted(stored, file.keys);
  try {
    return compressionOf(await content.peek(startBytes)) !== null;
  } finally {
    content.cancel().catch(() => {});
  }
}

/** The content of a file within a tar. */
export async function uncompressed(source: ByteSource, bounding: Bounding): Promise<ByteSource> {
  let content = source;
  for (let layer = 0; layer < mostLayers; layer += 1) {
    const compression = compressionOf(await content.peek(startBytes));
    if (compression === null) break;
    // Bytes behind the end of gzip hold nothing of a tar, whose end mark has come before.
    content = new ByteSource(freeing(content, bounding(decompress(content, compression, () => {}))));
  }
  return content;
}

/** Lets go of the outer stream when the inner one is let go of. */
async function* freeing(
  outer: ByteSource,
  inner: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* inner;
  } finally {
    outer.cancel().catch(() => {});
  }
}
