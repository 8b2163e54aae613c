import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type DataCompression,
  decompressData,
} from '../../../../../lib/recovery/logical/reading/archive/data-decompression.ts';

const text = Buffer.concat([Buffer.from('a row of a table\n'.repeat(40_000)), randomBytes(300_000)]);
const zstd = (...options: string[]) =>
  execFileSync('zstd', ['-q', '-c', ...options], { input: text, maxBuffer: 16 * 1024 * 1024 });

/** Decompresses a block that arrives in pieces, as pg_dump writes them. */
async function decompressed(block: Buffer, compression: DataCompression = 'zstd'): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < block.length; at += 4096) yield block.subarray(at, at + 4096);
  }
  const parts: Buffer[] = [];
  for await (const part of decompressData(compression, pieces())) parts.push(part);
  return Buffer.concat(parts);
}

describe('a zstd block of an archive', () => {
  // pg_dump writes neither checksum nor size; `zstd:long` of it looks back 128 MiB.
  test.each([
    ['as pg_dump writes it', ['--no-check']],
    ['with a checksum', ['--check']],
    ['that looks back as far as pg_dump lets it', ['--no-check', '--long=27']],
  ])('%s comes out as it went in', async (_what, options) => {
    expect((await decompressed(zstd(...options))).equals(text)).toBe(true);
  });

  test('without any byte is an empty large object', async () => {
    expect(await decompressed(Buffer.alloc(0))).toEqual(Buffer.alloc(0));
  });

  test('whose content is not what its checksum says is damaged', async () => {
    const block = zstd('--check');
    block.writeUInt8(block.readUInt8(block.length - 1) ^ 1, block.length - 1);

    await expect(decompressed(block)).rejects.toMatchObject({ code: 'DUMP_CORRUPT' });
  });

  test('that is cut anywhere is truncated, never short', async () => {
    const block = zstd('--no-check');
    for (let at = 1; at < block.length; at += Math.ceil(block.length / 50)) {
      await expect(decompressed(block.subarray(0, at)), `byte ${at}`).rejects.toMatchObject({
        code: 'DUMP_TRUNCATED',
      });
    }
  });

  test('with bytes after its end is damaged', async () => {
    await expect(
      decompressed(Buffer.concat([zstd('--no-check'), Buffer.from('rows')])),
    ).rejects.toMatchObject({ code: 'DUMP_CORRUPT' });
  });
});

describe.each([
  ['zlib' as const, deflateSync],
  ['gzip' as const, gzipSync],
])('a %s block of an archive', (compression, compress) => {
  const few = Buffer.from('a row of a small table\n'.repeat(20));

  test.each([
    ['of few rows', few],
    ['of a megabyte that takes kilobytes', Buffer.alloc(1024 * 1024, 'x')],
    ['of much that hardly compresses', text],
    ['of nothing', Buffer.alloc(0)],
  ])('%s comes out as it went in', async (_what, content) => {
    expect((await decompressed(compress(content), compression)).equals(content)).toBe(true);
  });

  test('of few rows holds no buffer that is much larger', async () => {
    async function* block() {
      yield compress(few);
    }
    for await (const part of decompressData(compression, block()))
      expect(part.buffer.byteLength).toBeLessThanOrEqual(Buffer.poolSize);
  });

  test.each([
    ['small', few],
    ['large', text],
  ])('that is %s and cut anywhere is truncated, never short', async (_what, content) => {
    const block = compress(content);
    for (let at = 1; at < block.length; at += Math.ceil(block.length / 20))
      await expect(decompressed(block.subarray(0, at), compression), `byte ${at}`).rejects.toMatchObject({
        code: 'DUMP_TRUNCATED',
      });
  });

  test.each([
    ['small', few],
    ['large', text],
  ])(
    'that is %s with bytes after its end, or whose checksum is not that of its content, is damaged',
    async (_what, content) => {
      const block = compress(content);
      const damaged = { code: 'DUMP_CORRUPT' };
      await expect(
        decompressed(Buffer.concat([block, Buffer.from('rows')]), compression),
      ).rejects.toMatchObject(damaged);
      // The checksum ends zlib's data; in gzip's the length is behind it.
      const sumAt = block.length - (compression === 'zlib' ? 1 : 5);
      block.writeUInt8(block.readUInt8(sumAt) ^ 1, sumAt);
      await expect(decompressed(block, compression)).rejects.toMatchObject(damaged);
    },
  );
});
