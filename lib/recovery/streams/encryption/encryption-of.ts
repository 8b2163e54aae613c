/** Tells from the first bytes what encrypts them. */
import { isOpenssl } from './openssl.ts';

export type Encryption = 'age' | 'openpgp' | 'openssl';

/** @param start the first bytes, 40 of them where there are as many */
export function encryptionOf(start: Buffer): Encryption | null {
  if (isOpenssl(start)) return 'openssl';
  const text = start.toString('latin1', 0, 40);
  if (text.startsWith('age-encryption.org/v') || text.startsWith('-----BEGIN AGE ENCRYPTED FILE'))
    return 'age';
  if (text.startsWith('-----BEGIN PGP MESSAGE')) return 'openpgp';
  // RFC 9580: a session key packet (tag 1 or 3) comes first, its version after a length of one or two bytes.
  const [tag, second] = [start[0] ?? 0, start[1] ?? 0];
  const isShort = [0x84, 0x8c, 0xc1, 0xc3].includes(tag);
  const isLong = [0x85, 0x8d].includes(tag) || ([0xc1, 0xc3].includes(tag) && second >= 192);
  const version = isLong ? start[3] : start[2];
  return (isShort || isLong) && version !== undefined && version >= 3 && version <= 6 ? 'openpgp' : null;
}
