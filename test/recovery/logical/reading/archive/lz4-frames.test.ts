import { randomBytes } from 'node:crypto';
import { compressFrameSync } from 'lz4-napi';
import { describe, expect, test } from 'vitest';
import { XxHash32 } from '../../../../../lib/recovery/logical/reading/archive/xxhash32.ts';
import { decompressLz4 } from '../../../../../lib/recovery/logical/reading/compression/lz4.ts';

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

describe('lz4 frames', () => {
  test('come out as they went in, however they arrive', async () => {
    for (const size of [1_000_000, 4_093]) expect((await decompressed(frame, size)).equals(text)).toBe(true);
  });

  test('one after the other give their contents one after the other, skippable ones aside', async () => {
    const skippable = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3]);

    const both = await decompressed(Buffer.concat([frame, skippable, frame]));

    expect(both.equals(Buffer.concat([text, text]))).toBe(true);
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
});

test.each([
  ['', 0x02cc5d05],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('xxHash32 of %j is the published one', (input, hash) => {
  expect(new XxHash32().update(Buffer.from(input)).digest()).toBe(hash);
  const byBytes = new XxHash32();
  for (const byte of Buffer.from(input)) byBytes.update(Buffer.from([byte]));
  expect(byBytes.digest()).toBe(hash);
});
