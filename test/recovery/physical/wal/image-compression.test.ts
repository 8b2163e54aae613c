import { describe, expect, test } from 'vitest';
import { imageCompressionOf } from '../../../../lib/recovery/physical/wal/image-compression.ts';

interface Block {
  /** bimg_info; absent: no image. */
  image?: number;
  isSameRelation?: boolean;
}

/** Block headers as XLogRecordAssemble writes them, and the mark of short data behind them. */
function headers(blocks: Block[], before: number[] = []): Buffer {
  const bytes = [...before];
  for (const [id, { image, isSameRelation = false }] of blocks.entries()) {
    const flags = (image === undefined ? 0x20 : 0x10) | (isSameRelation ? 0x80 : 0);
    bytes.push(id, flags, 0, 0);
    if (image !== undefined) bytes.push(0, 16, 24, 0, image);
    if (image !== undefined && (image & 0x01) !== 0 && (image & 0x1c) !== 0) bytes.push(8, 0);
    if (!isSameRelation) bytes.push(...new Array<number>(12).fill(7));
    bytes.push(...new Array<number>(4).fill(9));
  }
  // A length that would be taken for flags, were it read as a block's.
  return Buffer.from([...bytes, 255, 0x18, 0, 0, 0, 0, 0, 0x10, 0x18]);
}

const compression = (bytes: Buffer, major = 15) => imageCompressionOf(bytes, 0, bytes.length, major);

describe('the images of pages in a record', () => {
  test.each<[string, Block[], string | null]>([
    ['are not there', [{}], null],
    ['are not compressed', [{ image: 0x03 }], null],
    ['are compressed with pglz', [{ image: 0x07 }], null],
    ['are compressed with lz4', [{ image: 0x0b }], 'lz4'],
    ['are compressed with zstd', [{ image: 0x12 }], 'zstd'],
    ['are compressed in a later block', [{}, { image: 0x07 }, { image: 0x13, isSameRelation: true }], 'zstd'],
  ])('%s', (_, blocks, expected) => {
    expect(compression(headers(blocks))).toBe(expected);
  });

  test('come behind an origin and the transaction above', () => {
    expect(compression(headers([{ image: 0x12 }], [253, 1, 0, 252, 1, 0, 0, 0]))).toBe('zstd');
  });

  test('have other marks before 15, where pglz is all there is', () => {
    expect(compression(headers([{ image: 0x12 }]), 14)).toBeNull();
  });

  test('are looked for no further than what is kept of a record', () => {
    const bytes = headers([{}, { image: 0x12 }]);
    for (let to = 0; to <= bytes.length; to += 1)
      expect([null, 'zstd']).toContain(imageCompressionOf(bytes, 0, to, 15));
  });
});
