/** Decryption of what `openssl enc -aes-256-cbc -pbkdf2` writes, with `-a` or without. */
import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { unBase64 } from './armor.ts';

/** Defaults of `openssl enc -pbkdf2` (apps/enc.c). */
const iterations = 10_000;
const [keyBytes, ivBytes, blockBytes] = [32, 16, 16];
/** Enough to see whether the passphrase was right. */
const probeBytes = 512;

const magic = 'Salted__';
/** The same eight bytes in base64, as far as they decide its characters. */
const armoredMagic = 'U2FsdGVkX1';

/** Whether content begins as `openssl enc` begins it, in bytes or in base64. */
export function isOpenssl(start: Buffer): boolean {
  const text = start.toString('latin1', 0, armoredMagic.length);
  return text.startsWith(magic) || text === armoredMagic;
}

/**
 * Plaintext of an openssl-encrypted dump.
 * @param looksRight says whether these first bytes are something known; tells a wrong passphrase from a cut dump.
 * @throws DrillError DECRYPTION_FAILED, DUMP_TRUNCATED
 */
export async function* decryptOpenssl(
  stored: ByteSource,
  passphrase: string,
  looksRight: (start: Buffer) => boolean,
): AsyncGenerator<Buffer, void, undefined> {
  const isArmored = (await stored.peek(magic.length)).toString('latin1') !== magic;
  const source = isArmored ? unBase64(stored) : stored;
  const header = await source.readUpTo(16);
  if (header.length < 16) throw truncated(0);
  const secret = pbkdf2Sync(passphrase, header.subarray(8), iterations, keyBytes + ivBytes, 'sha256');
  const decipher = createDecipheriv('aes-256-cbc', secret.subarray(0, keyBytes), secret.subarray(keyBytes));
  let start: Buffer = Buffer.alloc(0);
  let total = 0;
  const note = (chunk: Buffer): Buffer => {
    if (start.length < probeBytes)
      start = Buffer.concat([start, chunk.subarray(0, probeBytes - start.length)]);
    total += chunk.length;
    return chunk;
  };
  let encrypted = 0;
  for (let piece = await source.readPiece(); piece !== null; piece = await source.readPiece()) {
    encrypted += piece.length;
    const chunk = note(decipher.update(piece));
    if (chunk.length > 0) yield chunk;
  }
  if (encrypted === 0 || encrypted % blockBytes !== 0) throw truncated(total);
  let last: Buffer;
  try {
    last = note(decipher.final());
  } catch (error) {
    throw looksRight(start)
      ? truncated(total)
      : dumpError('DECRYPTION_FAILED', 'the passphrase does not decrypt the dump', error);
  }
  if (last.length > 0) yield last;
}

const truncated = (total: number) =>
  dumpError('DUMP_TRUNCATED', `the encrypted data end early, after ${total} bytes of content`);
