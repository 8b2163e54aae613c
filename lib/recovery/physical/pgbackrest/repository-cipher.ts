/** Decryption of what pgBackRest writes with `repo-cipher-type=aes-256-cbc` (src/common/crypto/cipherBlock.c). */
import { createDecipheriv, createHash } from 'node:crypto';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';

const magic = 'Salted__';
const [saltBytes, keyBytes, ivBytes, blockBytes] = [8, 32, 16, 16];

export const isOfRepositoryCipher = (start: Buffer): boolean =>
  start.toString('latin1', 0, magic.length) === magic;

/** Key and vector by OpenSSL's EVP_BytesToKey, with SHA-1 and one round. */
function secretOf(passphrase: string, salt: Buffer): Buffer {
  let secret = Buffer.alloc(0);
  for (let last = Buffer.alloc(0); secret.length < keyBytes + ivBytes; secret = Buffer.concat([secret, last]))
    last = createHash('sha1').update(last).update(passphrase).update(salt).digest();
  return secret;
}

/**
 * The cipher has no check of its own: what comes out is checked against a manifest or by its own checksums.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT: of a wrong passphrase as well, which only the caller can tell
 */
export async function* decryptRepository(
  stored: AsyncIterable<Buffer>,
  passphrase: string,
): AsyncGenerator<Buffer, void, undefined> {
  const source = new ByteSource(stored);
  try {
    const header = await source.readUpTo(magic.length + saltBytes);
    if (header.length < magic.length + saltBytes)
      throw dumpError('DUMP_TRUNCATED', 'the encrypted data end within their header');
    if (!isOfRepositoryCipher(header))
      throw dumpError('DUMP_CORRUPT', 'it is not encrypted, and the repository is');
    const secret = secretOf(passphrase, header.subarray(magic.length));
    const decipher = createDecipheriv(
      'aes-256-cbc',
      secret.subarray(0, keyBytes),
      secret.subarray(keyBytes, keyBytes + ivBytes),
    );
    let bytes = 0;
    for (let piece = await source.readPiece(); piece !== null; piece = await source.readPiece()) {
      bytes += piece.length;
      const chunk = decipher.update(piece);
      if (chunk.length > 0) yield chunk;
    }
    if (bytes === 0 || bytes % blockBytes !== 0)
      throw dumpError('DUMP_TRUNCATED', 'the encrypted data end within a block');
    let last: Buffer;
    try {
      last = decipher.final();
    } catch (error) {
      throw dumpError('DUMP_CORRUPT', 'the end of the encrypted data does not decrypt', error);
    }
    if (last.length > 0) yield last;
  } finally {
    source.cancel().catch(() => {});
  }
}
