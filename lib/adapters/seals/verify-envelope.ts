import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { DrillError } from '../../domain/findings/errors.ts';
import { dsseEnvelope, signedBytes } from '../../domain/record/seal/envelope.ts';
import { drillStatement } from '../../domain/record/seal/statement.ts';
import type { SignatureOutcome } from '../../domain/record/seal/verify-files.ts';
import { systemErrorCode } from '../files/atomic-file.ts';
import { keyIdOf } from './key-id.ts';

/** A public key that seals are verified with. */
export interface TrustedKey {
  keyId: string;
  key: KeyObject;
}

/** @throws DrillError REQUEST_INVALID for what is no Ed25519 or P-256 public key in PEM */
export async function readPublicKey(path: string): Promise<TrustedKey> {
  const refused = (why: string, cause?: unknown) =>
    new DrillError('REQUEST_INVALID', `--key ${path}: ${why}`, {
      hint: 'Give the file with the public key in PEM, as `restore-drill keys show` prints it.',
      cause,
    });
  try {
    const text = await readFile(path, 'utf8');
    if (text.includes('PRIVATE KEY')) throw refused('this is a private key');
    const key = createPublicKey(text);
    const known =
      key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    if (!known) throw refused('it is neither an Ed25519 nor a P-256 key');
    return { keyId: keyIdOf(key), key };
  } catch (error) {
    if (error instanceof DrillError) throw error;
    throw refused(
      systemErrorCode(error) === 'ENOENT' ? 'there is no such file' : 'it is no public key',
      error,
    );
  }
}

/** What the signature of a seal comes to. Signed is what a given key signed; which one the envelope names is a hint. */
export function verifyEnvelope(text: string, keys: readonly TrustedKey[]): SignatureOutcome {
  const envelope = dsseEnvelope.safeParse(parsed(text));
  if (!envelope.success)
    return { state: 'unreadable', why: 'it is no DSSE envelope of an in-toto statement' };
  const payload = Buffer.from(envelope.data.payload, 'base64');
  const statement = drillStatement.safeParse(parsed(payload.toString('utf8')));
  if (!statement.success) return { state: 'unreadable', why: 'its payload is no statement of a drill' };
  const message = signedBytes(payload);
  const signedBy = keys.find(({ key }) =>
    envelope.data.signatures.some(({ sig }) => holds(key, message, Buffer.from(sig, 'base64'))),
  );
  if (signedBy !== undefined) return { state: 'valid', keyId: signedBy.keyId, statement: statement.data };
  const signedWith = envelope.data.signatures[0]?.keyid ?? '';
  const known = keys.some(({ keyId }) => keyId === signedWith);
  const state = keys.length === 0 ? 'unknown key' : known ? 'altered' : 'wrong key';
  return { state, signedWith, statement: statement.data };
}

/** Ed25519 over the message itself; ECDSA over its SHA-256, the signature in DER. */
const holds = (key: KeyObject, message: Uint8Array, signature: Buffer): boolean =>
  verify(key.asymmetricKeyType === 'ed25519' ? null : 'sha256', message, key, signature);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
