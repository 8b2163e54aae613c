import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { ByteSource } from '../bytes/byte-source.ts';
import { dumpError } from '../bytes/dump-error.ts';
import { decryptAge } from './age.ts';
import type { Encryption } from './encryption-of.ts';
import { decryptOpenpgp } from './openpgp.ts';
import { decryptOpenssl } from './openssl.ts';

/**
 * The content of encrypted bytes; errors are thrown when it is read.
 * @param looksRight says whether these first bytes are something known: openssl has no check of its own
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_TRUNCATED, DUMP_CORRUPT
 */
export function decrypt(
  stored: ByteSource,
  encryption: Encryption,
  secrets: DumpSecrets,
  looksRight: (start: Buffer) => boolean,
): AsyncIterable<Buffer> {
  switch (encryption) {
    case 'age':
      return decryptAge(stored, secrets);
    case 'openpgp':
      return decryptOpenpgp(stored, secrets);
    case 'openssl':
      if (secrets.passphrase === null)
        throw dumpError('DUMP_ENCRYPTED', 'it is encrypted with openssl, and no passphrase was given');
      return decryptOpenssl(stored, secrets.passphrase, looksRight);
  }
}

/** Encryption that cannot tell by itself whether the key was right: a wrong one gives bytes of no kind. */
export const isUnsure = (encryption: string): boolean => encryption === 'openssl' || encryption === 'openpgp';

/** A key is missing or is another: nothing is known of what it would open. */
export const isKeyError = (error: unknown): boolean =>
  isDrillError(error) && (error.code === 'DUMP_ENCRYPTED' || error.code === 'DECRYPTION_FAILED');
