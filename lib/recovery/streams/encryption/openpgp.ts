/** Decryption of OpenPGP messages (RFC 9580; `gpg -c` and `gpg -e`), binary and armored, as a stream. */
import type { ReadableStream } from 'node:stream/web';
import type * as openpgp from 'openpgp';
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { unarmored } from './armor.ts';
import { fedFrom } from './web-streams.ts';

const armorLabel = 'PGP MESSAGE';

/** RFC 9580 5: packets in front of the encrypted data say for whom, and the tag of the data how they are protected. */
const [forKey, forPassphrase, withoutProtection] = [1, 3, 9];

/**
 * Plaintext as it comes. The checksum over all of it stands at its end: what was given before is not yet authenticated, and
 * the drill that used it fails when the end does not match.
 * @throws DrillError DUMP_ENCRYPTED without the kind of key that the message was encrypted for, DECRYPTION_FAILED for a wrong
 * one, DUMP_TRUNCATED, DUMP_CORRUPT
 */
export async function* decryptOpenpgp(
  stored: ByteSource,
  secrets: DumpSecrets,
): AsyncGenerator<Buffer, void, undefined> {
  // Large, and needed by few: loaded when there is something to decrypt.
  const library = await import('openpgp');
  const isArmored = (await stored.peek(5)).toString('latin1') === '-----';
  const fed = fedFrom(isArmored ? unarmored(stored, armorLabel) : stored);
  let given = 0;
  try {
    const message = await library
      .readMessage({ binaryMessage: fed.stream as never })
      .catch((error: unknown) => {
        throw endedEarly(error)
          ? dumpError('DUMP_TRUNCATED', 'the OpenPGP message ends inside its header', error)
          : dumpError('DUMP_CORRUPT', 'the header of the OpenPGP message cannot be read', error);
      });
    const keys = await keysFor(library, message, secrets);
    const { data } = await library
      .decrypt({ message, ...keys, format: 'binary', config: { allowUnauthenticatedStream: true } })
      .catch((error: unknown) => {
        throw endedEarly(error)
          ? dumpError('DUMP_TRUNCATED', 'the OpenPGP message ends before its content', error)
          : dumpError('DECRYPTION_FAILED', 'the given key does not decrypt the OpenPGP message', error);
      });
    for await (const piece of data as unknown as ReadableStream<Uint8Array>) {
      given += piece.length;
      if (piece.length > 0) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    }
  } catch (error) {
    if (fed.failure() !== null) throw fed.failure();
    if (isDrillError(error)) throw error;
    throw endedEarly(error)
      ? dumpError('DUMP_TRUNCATED', `the OpenPGP message ends early, after ${given} bytes of content`, error)
      : dumpError('DUMP_CORRUPT', `the OpenPGP message was changed: ${reason(error)}`, error);
  }
}

const endedEarly = (error: unknown): boolean =>
  error instanceof Error && /unexpected end|premature|end of (?:packet|stream|input)/i.test(error.message);

/** Errors of the library name packets and checksums, never content; what is unknown is not repeated. */
const reason = (error: unknown): string =>
  error instanceof Error && /modification detected/i.test(error.message)
    ? 'the checksum at its end does not match'
    : 'its content cannot be unpacked';

type Keys = { passwords: string[] } | { decryptionKeys: openpgp.PrivateKey[] };

/** @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED */
async function keysFor(
  library: typeof openpgp,
  message: openpgp.Message<Uint8Array>,
  { passphrase, privateKey }: DumpSecrets,
): Promise<Keys> {
  const tags = message.packets.map((packet) => (packet.constructor as unknown as { tag: number }).tag);
  if (tags.includes(withoutProtection)) {
    const what =
      'it is encrypted with OpenPGP in the old way without a checksum, which is not decrypted here';
    throw dumpError('DUMP_ENCRYPTED', what);
  }
  const isForKey = tags.includes(forKey);
  const isForPassphrase = tags.includes(forPassphrase);
  if (!isForKey && !isForPassphrase)
    throw dumpError('DUMP_CORRUPT', 'the OpenPGP message does not say for which key it is encrypted');
  if (isForKey && privateKey != null)
    return { decryptionKeys: await unlocked(library, message, privateKey, passphrase) };
  if (isForPassphrase && passphrase !== null) return { passwords: [passphrase] };
  const ids = message
    .getEncryptionKeyIDs()
    .map((id) => id.toHex().toUpperCase())
    .join(', ');
  throw dumpError(
    'DUMP_ENCRYPTED',
    isForKey
      ? `it is encrypted with OpenPGP for the key ${ids}, and no private key was given`
      : 'it is encrypted with OpenPGP and a passphrase, and none was given',
  );
}

async function unlocked(
  library: typeof openpgp,
  message: openpgp.Message<Uint8Array>,
  text: string,
  passphrase: string | null,
): Promise<openpgp.PrivateKey[]> {
  const keys = await library.readPrivateKeys({ armoredKeys: text }).catch((error: unknown) => {
    const what = 'the dump is encrypted with OpenPGP, and the given key is no armored private key of OpenPGP';
    throw dumpError('DECRYPTION_FAILED', what, error);
  });
  const wanted = message.getEncryptionKeyIDs().filter((id) => !/^0+$/.test(id.toHex()));
  const fitting = keys.filter(
    (key) =>
      wanted.length < message.getEncryptionKeyIDs().length || wanted.some((id) => key.getKeys(id).length > 0),
  );
  if (fitting.length === 0) {
    const ids = wanted.map((id) => id.toHex().toUpperCase()).join(', ');
    throw dumpError(
      'DECRYPTION_FAILED',
      `the dump is encrypted for the key ${ids}; the given one is another`,
    );
  }
  return Promise.all(
    fitting.map(async (key) => {
      if (key.isDecrypted()) return key;
      if (passphrase === null)
        throw dumpError('DECRYPTION_FAILED', 'the private key is locked, and no passphrase for it was given');
      return library.decryptKey({ privateKey: key, passphrase }).catch((error: unknown) => {
        throw dumpError('DECRYPTION_FAILED', 'the passphrase does not unlock the private key', error);
      });
    }),
  );
}
