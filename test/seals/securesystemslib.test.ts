import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { KMSClient } from '@aws-sdk/client-kms';
import { afterEach, describe, expect, test } from 'vitest';
import { findPublicKey, makeKey } from '../../lib/adapters/seals/key-files.ts';
import { openKmsSigner, publicKeyOf } from '../../lib/adapters/seals/kms-signer.ts';
import { scripted } from '../support/aws/scripted-client.ts';
import { type SealedState, sealedState } from '../support/sealed-drills.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

interface Signed {
  state: SealedState;
  key: { keyId: string; pem: string };
}

async function withLocalKey(): Promise<Signed> {
  const state = await sealedState();
  folders.push(state.folder);
  await makeKey(state.folder);
  const key = await findPublicKey(state.folder);
  if (key === null) throw new Error('no key was made');
  return { state, key };
}

/** KMS as it is documented: a digest is signed, the signature is DER, the public key is a SubjectPublicKeyInfo. */
async function withKmsKey(): Promise<Signed> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const client = scripted(new KMSClient({ region: 'eu-west-1' }), (command, input) => {
    if (command === 'GetPublicKey')
      return { PublicKey: publicKey.export({ format: 'der', type: 'spki' }), KeySpec: 'ECC_NIST_P256' };
    if (input.MessageType !== 'DIGEST' || input.SigningAlgorithm !== 'ECDSA_SHA_256')
      throw new Error('ValidationException');
    // node:crypto hashes what it signs: the message whose digest this is, is found by the test's own statement.
    return { Signature: signatureOfDigest(input.Message as Uint8Array) };
  });
  const messages = new Map<string, Uint8Array>();
  const signatureOfDigest = (digest: Uint8Array): Buffer =>
    sign('sha256', messages.get(Buffer.from(digest).toString('hex')) ?? Buffer.alloc(0), privateKey);
  const arn = 'arn:aws:kms:eu-west-1:123456789012:key/signing';
  const state = await sealedState(async () => {
    const signer = await openKmsSigner(client, arn);
    return {
      keyId: signer.keyId,
      sign: (message) => {
        messages.set(createHash('sha256').update(message).digest('hex'), message);
        return signer.sign(message);
      },
    };
  });
  folders.push(state.folder);
  return { state, key: await publicKeyOf(client, arn) };
}

describe.each([
  ['an Ed25519 key of this machine', withLocalKey, 'ed25519'],
  ['a P-256 key of KMS', withKmsKey, 'ecdsa-sha2-nistp256'],
])('securesystemslib, of a seal signed with %s,', (_which, make, scheme) => {
  test('accepts what we signed and refuses what was changed after', async () => {
    const python = process.env.SECURESYSTEMSLIB_PYTHON;
    if (python === undefined) throw new Error('SECURESYSTEMSLIB_PYTHON is not set: run npm run test:seals');
    const { state, key } = await make();
    await state.seal('a', 1);
    const envelope = join(state.drillFolder('a'), 'seal.dsse.json');
    const pem = join(state.folder, 'key.pem');
    writeFileSync(pem, key.pem);
    const verify = () => {
      const words = [join(import.meta.dirname, 'verify_envelope.py'), envelope, key.keyId, pem];
      return spawnSync(python, words, { encoding: 'utf8' });
    };

    const accepted = verify();
    expect(accepted.stderr).toBe('');
    expect(accepted.status).toBe(0);
    expect(JSON.parse(accepted.stdout)).toMatchObject({
      accepted: [key.keyId],
      scheme,
      payload: { _type: 'https://in-toto.io/Statement/v1', predicate: { drillId: 'a', verdict: 'PROVEN' } },
    });

    const document = JSON.parse(readFileSync(envelope, 'utf8'));
    const changed = Buffer.from(document.payload, 'base64').toString().replace('"PROVEN"', '"NOT_PROVEN"');
    writeFileSync(
      envelope,
      JSON.stringify({ ...document, payload: Buffer.from(changed).toString('base64') }),
    );
    expect(verify().status).toBe(1);
  });
});
