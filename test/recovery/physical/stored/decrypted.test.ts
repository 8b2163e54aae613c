import { execFileSync } from 'node:child_process';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decrypted } from '../../../../lib/recovery/physical/stored/decrypted.ts';
import { contentOf } from '../../../../lib/recovery/physical/wal/wal-file.ts';
import { ByteSource } from '../../../../lib/recovery/streams/bytes/byte-source.ts';
import { opensslProgram } from '../../../../scripts/oracle-programs.mjs';
import { fileOf } from '../base/support/folder-files.ts';

/** As `openssl enc` writes it. */
const encrypted = (content: Buffer, passphrase = 'right'): Buffer =>
  execFileSync(opensslProgram(), ['enc', '-aes-256-cbc', '-pbkdf2', '-pass', `pass:${passphrase}`], {
    input: content,
  });

async function read(source: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of source) pieces.push(piece);
  return Buffer.concat(pieces);
}

const opened = async (stored: Buffer, passphrase: string | null): Promise<Buffer> =>
  read((await decrypted(new ByteSource(Readable.from([stored])), { passphrase })).pieces());

/** A page of the log of 15, as far as anybody looks. */
const page = Buffer.concat([Buffer.from([0x10, 0xd1, 0x06, 0x00]), Buffer.alloc(8188, 7)]);

describe('a stored file of a backup', () => {
  test.each<[string, Buffer]>([
    ['a segment', page],
    ['a segment of zeros', Buffer.alloc(8192)],
    ['a compressed one', gzipSync(page)],
    ['a history', Buffer.from('1\t0/1400000\tno recovery target specified\n')],
    ['an empty file', Buffer.alloc(0)],
  ])('is decrypted: %s', async (_, content) => {
    expect(await opened(encrypted(content), 'right')).toEqual(content);
  });

  test('is given as it is when nothing encrypts it', async () => {
    expect(await opened(page, null)).toEqual(page);
  });

  test('is not opened without a key, nor with any of two hundred others', async () => {
    const stored = encrypted(gzipSync(page));
    await expect(opened(stored, null)).rejects.toMatchObject({ code: 'DUMP_ENCRYPTED' });
    // One wrong key in 256 gives a padding that openssl takes for right.
    for (let index = 0; index < 200; index += 1)
      await expect(opened(stored, `wrong ${index}`)).rejects.toMatchObject({ code: 'DECRYPTION_FAILED' });
  });

  test('is named where its key is missing', async () => {
    const file = { ...fileOf('00000001000000000000000F', encrypted(page)), keys: { passphrase: null } };
    await expect(read(contentOf(file))).rejects.toMatchObject({
      code: 'DUMP_ENCRYPTED',
      message: expect.stringMatching(/^00000001000000000000000F: /),
    });
  });
});
