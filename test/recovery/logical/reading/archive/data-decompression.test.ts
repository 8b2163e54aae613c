import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { decompressData } from '../../../../../lib/recovery/logical/reading/archive/data-decompression.ts';

const text = Buffer.concat([Buffer.from('a row of a table\n'.repeat(40_000)), randomBytes(300_000)]);
const zstd = (...options: string[]) =>
  execFileSync('zstd', ['-q', '-c', ...options], { input: text, maxBuffer: 16 * 1024 * 1024 });

/** Decompresses a block that arrives in pieces, as pg_dump writes them. */
async function decompressed(block: Buffer): Promise<Buffer> {
  async function* pieces() {
    for (let at = 0; at < block.length; at += 4096) yield block.subarray(at, at + 4096);
  }
  const parts: Buffer[] = [];
  for await (const part of decompressData('zstd', pieces())) parts.push(part);
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
