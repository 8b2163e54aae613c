import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compressFrameSync } from 'lz4-napi';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { decompressLz4 } from '../../../../lib/recovery/streams/compression/lz4.ts';

async function* pieces(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function decompressed(bytes: Buffer, size = 10_000): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of decompressLz4(pieces(bytes, size))) parts.push(part);
  return Buffer.concat(parts);
}

const text = Buffer.concat([
  Buffer.from('the same words again and again '.repeat(20_000)),
  randomBytes(200_000),
  Buffer.from('x'.repeat(99)),
]);
const frame = compressFrameSync(text, { blockChecksums: true, contentChecksum: true });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'restore-drill-lz4-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('lz4 frames', () => {
  test('come out as they went in, however they arrive', async () => {
    for (const size of [1_000_000, 4_093]) expect((await decompressed(frame, size)).equals(text)).toBe(true);
  });

  test('one after the other give their contents one after the other, skippable ones aside', async () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

    const both = await decompressed(Buffer.concat([frame, skippable, frame]));

    expect(both.equals(Buffer.concat([text, text]))).toBe(true);
  });

  test('come in pieces that take no longer than a turn to read, however much a block holds', async () => {
    const newlines = Buffer.alloc(9 * 1024 ** 2, '\n');
    const legacy = execFileSync('lz4', ['-l', '-c'], { input: newlines });
    for (const bytes of [legacy, compressFrameSync(newlines)]) {
      const sizes: number[] = [];
      for await (const piece of decompressLz4(pieces(bytes, 64 * 1024))) sizes.push(piece.length);

      expect(Math.max(...sizes)).toBe(256 * 1024);
      expect(sizes.reduce((sum, size) => sum + size)).toBe(newlines.length);
    }
  });

  test('cut at any point are truncated, never short', async () => {
    for (let at = 1; at < frame.length; at += Math.ceil(frame.length / 200)) {
      await expect(decompressed(frame.subarray(0, at))).rejects.toMatchObject({ code: 'DUMP_TRUNCATED' });
    }
  });

  test('with any bit flipped are refused', async () => {
    for (let at = 0; at < frame.length; at += Math.ceil(frame.length / 200)) {
      const damaged = Buffer.from(frame);
      damaged[at] = (damaged[at] as number) ^ (1 << (at % 8));
      await expect(decompressed(damaged), `byte ${at}`).rejects.toMatchObject({
        code: expect.stringMatching(/^DUMP_(CORRUPT|TRUNCATED)$/),
      });
    }
  });

  // Every checksum there is: with the content's size in the header, of blocks apart and linked, compressed and stored.
  test.each([
    ['blocks of 64 KiB with checksums', ['-B4', '-BX', '--content-size']],
    ['linked blocks', ['-BD', '-B4', '-BX']],
    ['a checksum of the content alone', ['-B7']],
    ['no checksum but that of the header', ['--no-frame-crc']],
    ['the high level', ['-9', '-BX']],
  ])('of the lz4 program are read: %s', async (_what, options) => {
    const file = join(folder, 'text');
    writeFileSync(file, text);
    const framed = execFileSync('lz4', ['-c', ...options, file], { maxBuffer: 16 * 1024 * 1024 });

    expect((await decompressed(framed)).equals(text)).toBe(true);
    const headerChecksumAt = options.includes('--content-size') ? 14 : 6;
    framed.writeUInt8(framed.readUInt8(headerChecksumAt) ^ 1, headerChecksumAt);
    await expect(decompressed(framed)).rejects.toMatchObject({
      code: 'DUMP_CORRUPT',
      message: expect.stringContaining('an lz4 frame header is damaged'),
    });
  });
});
