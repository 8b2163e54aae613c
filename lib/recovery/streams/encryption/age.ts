/** Decryption of age files (age-encryption.org/v1), binary and armored. */
import type { ReadableStream } from 'node:stream/web';
import type { Decrypter } from 'age-encryption';
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { unarmored } from './armor.ts';
import { fedFrom } from './web-streams.ts';

const armorLabel = 'AGE ENCRYPTED FILE';
/** The header holds a few lines per recipient. */
const largestHeaderBytes = 64 * 1024;
/** Payload: a nonce, then blocks of 64 KiB with a tag of 16 bytes each (C2SP age.md). */
const [nonceBytes, blockBytes, tagBytes] = [16, 64 * 1024, 16];

/**
 * Plaintext, block by block; each is authenticated before it is given.
 * @throws DrillError DUMP_ENCRYPTED without the kind of key that the file was encrypted for, DECRYPTION_FAILED for a wrong
 * one, DUMP_TRUNCATED, DUMP_CORRUPT
 */
export async function* decryptAge(
  stored: ByteSource,
  secrets: DumpSecrets,
): AsyncGenerator<Buffer, void, undefined> {
  const isArmored = (await stored.peek(11)).toString('latin1').startsWith('-----BEGIN');
  const source = isArmored ? unarmored(stored, armorLabel) : stored;
  const headerBytes = await sizeOfHeader(source);
  const decrypter = await decrypterFor(await kindsOfRecipients(source, headerBytes), secrets);
  const fed = fedFrom(source);
  let plain: ReadableStream<Uint8Array>;
  try {
    // The same class; TypeScript knows the web's streams and Node's as two.
    plain = (await decrypter.decrypt(fed.stream as never)) as unknown as ReadableStream<Uint8Array>;
  } catch (error) {
    throw fed.failure() ?? wrongKey(error);
  }
  let given = 0;
  try {
    for await (const piece of plain) {
      given += piece.length;
      if (piece.length > 0) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    }
  } catch (error) {
    if (fed.failure() !== null) throw fed.failure();
    if (isDrillError(error)) throw error;
    throw damaged(error, given, headerBytes, fed.fedBytes());
  }
}

/** @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT */
async function sizeOfHeader(source: ByteSource): Promise<number> {
  const start = await source.peek(largestHeaderBytes);
  const text = start.toString('latin1');
  const mac = text.indexOf('\n--- ');
  const end = mac < 0 ? -1 : text.indexOf('\n', mac + 1);
  if (end >= 0) return end + 1;
  if (start.length < largestHeaderBytes)
    throw dumpError('DUMP_TRUNCATED', `the age file ends inside its header, after ${start.length} bytes`);
  throw dumpError('DUMP_CORRUPT', 'the age file has a header without an end');
}

async function kindsOfRecipients(source: ByteSource, headerBytes: number): Promise<string[]> {
  const header = (await source.peek(headerBytes)).toString('latin1');
  return [...header.matchAll(/^-> (\S+)/gm)].map(([, kind]) => kind as string);
}

/** What age calls the kinds of its recipients that are no passphrase. */
const identityKinds: readonly string[] = ['X25519', 'mlkem768x25519'];

async function decrypterFor(
  kinds: readonly string[],
  { passphrase, privateKey }: DumpSecrets,
): Promise<Decrypter> {
  // Needed by few: loaded when there is something to decrypt.
  const library = await import('age-encryption');
  const decrypter = new library.Decrypter();
  if (kinds.includes('scrypt')) {
    if (passphrase === null)
      throw dumpError('DUMP_ENCRYPTED', 'it is encrypted with age and a passphrase, and none was given');
    decrypter.addPassphrase(passphrase);
    return decrypter;
  }
  if (!kinds.some((kind) => identityKinds.includes(kind))) {
    const shown = [...new Set(kinds)].filter((kind) => /^[\w-]{1,40}$/.test(kind)).join(', ');
    const message = `it is encrypted with age for a kind of key that this release does not know (${shown})`;
    throw dumpError('DUMP_ENCRYPTED', message);
  }
  if (privateKey == null)
    throw dumpError('DUMP_ENCRYPTED', 'it is encrypted with age for a key, and no identity was given');
  for (const identity of identitiesIn(privateKey)) addIdentity(decrypter, identity);
  return decrypter;
}

function addIdentity(decrypter: Decrypter, identity: string): void {
  try {
    decrypter.addIdentity(identity);
  } catch {
    // Without its cause: what the library says may hold a part of the key.
    throw dumpError('DECRYPTION_FAILED', 'the given identity of age is damaged: its own checksum is wrong');
  }
}

/** Lines of an identity file as age-keygen writes it. The key never enters a message. */
function identitiesIn(text: string): string[] {
  const identities = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const known = /^AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]{20,}$/i;
  if (identities.length === 0 || identities.some((line) => !known.test(line)))
    throw dumpError(
      'DECRYPTION_FAILED',
      'the dump is encrypted with age, and the given key is no identity of age (AGE-SECRET-KEY-1…)',
    );
  return identities;
}

function wrongKey(error: unknown) {
  const text = error instanceof Error ? error.message : '';
  if (/no identity matched/i.test(text))
    return dumpError(
      'DECRYPTION_FAILED',
      'the given key is none of those the age file is encrypted for',
      error,
    );
  if (/invalid header hmac/i.test(text))
    return dumpError(
      'DUMP_CORRUPT',
      'the header of the age file was changed: its checksum does not match',
      error,
    );
  if (/work factor/i.test(text))
    return dumpError(
      'DECRYPTION_FAILED',
      'the age file asks for more work than a passphrase may cost',
      error,
    );
  if (/identity|passphrase|key/i.test(text))
    return dumpError('DECRYPTION_FAILED', 'the given key does not decrypt the age file', error);
  return dumpError('DUMP_CORRUPT', 'the header of the age file cannot be read', error);
}

/** A block that does not authenticate: bytes behind it tell a changed file from a cut one, except in the last block. */
function damaged(error: unknown, givenBytes: number, headerBytes: number, fedBytes: number) {
  const block = Math.floor(givenBytes / blockBytes);
  const blockEnd = headerBytes + nonceBytes + (block + 1) * (blockBytes + tagBytes);
  return fedBytes > blockEnd
    ? dumpError('DUMP_CORRUPT', `the encrypted data were changed in block ${block + 1}`, error)
    : dumpError(
        'DUMP_TRUNCATED',
        `the last block of the age file does not match its checksum, after ${givenBytes} bytes of content: the file is cut, or was changed there`,
        error,
      );
}
