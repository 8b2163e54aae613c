import { createPublicKey, type KeyObject } from 'node:crypto';
import { sha256 } from './record-digest.ts';

/** Name of a key: SHA-256 of its public half (DER, SubjectPublicKeyInfo), hexadecimal. */
export const keyIdOf = (key: KeyObject): string =>
  sha256(
    (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' }) as Buffer,
  );
