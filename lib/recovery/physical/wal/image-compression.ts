/** What compresses the images of pages in a record (`access/xlogrecord.h`): a server that was not built with it cannot replay it. */
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';

/** XLR_MAX_BLOCK_ID; what is above marks the end of the block headers, an origin or a transaction. */
const [mostBlocks, originId, transactionId] = [32, 253, 252];
const [blockHeaderBytes, imageHeaderBytes, holeBytes, relationBytes, numberBytes] = [4, 5, 2, 12, 4];
const [hasImage, isSameRelation] = [0x10, 0x80];
/** bimg_info, as 15 and later have it; before there is pglz alone. */
const image = { hasHole: 0x01, lz4: 0x08, zstd: 0x10, anyCompression: 0x1c } as const;
const firstMajor = 15;

/**
 * Of the first image that pglz does not compress; null where there is none.
 * @param from behind the 24 bytes of the record's header @param to the end of the record, or of what is kept of it
 */
export function imageCompressionOf(
  bytes: Buffer,
  from: number,
  to: number,
  major: number,
): ImageCompression | null {
  if (major < firstMajor) return null;
  for (let at = from; at + blockHeaderBytes <= to; ) {
    const id = bytes[at] as number;
    if (id === originId) at += 3;
    else if (id === transactionId) at += 5;
    else if (id > mostBlocks) return null;
    else {
      const flags = bytes[at + 1] as number;
      at += blockHeaderBytes;
      if ((flags & hasImage) !== 0) {
        if (at + imageHeaderBytes > to) return null;
        const info = bytes[at + 4] as number;
        if ((info & image.lz4) !== 0) return 'lz4';
        if ((info & image.zstd) !== 0) return 'zstd';
        at += imageHeaderBytes;
        if ((info & image.hasHole) !== 0 && (info & image.anyCompression) !== 0) at += holeBytes;
      }
      at += ((flags & isSameRelation) === 0 ? relationBytes : 0) + numberBytes;
    }
  }
  return null;
}
