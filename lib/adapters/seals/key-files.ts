import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Signer } from '../../ports/signer.ts';
import { privateFileMode, privateFolderMode, systemErrorCode } from '../files/atomic-file.ts';
import { keyIdOf } from './key-id.ts';

/** The key of one machine, in its state folder. The public half stands beside it, to be handed on. */
export const keyPathsIn = (stateDirectory: string) => ({
  privateKey: join(stateDirectory, 'signing-key.pem'),
  publicKey: join(stateDirectory, 'signing-key.pub.pem'),
});

/** Who may read a public key: everybody. */
const publicFileMode = 0o644;

/**
 * Makes the Ed25519 key of this machine.
 *
 * @throws DrillError REQUEST_INVALID when there is one: seals that it signed are verified with it alone
 */
export async function makeKey(stateDirectory: string): Promise<{ keyId: string; publicKey: string }> {
  const paths = keyPathsIn(stateDirectory);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await mkdir(stateDirectory, { recursive: true, mode: privateFolderMode });
  try {
    // `wx`: whoever comes second finds it taken.
    const file = await open(paths.privateKey, 'wx', privateFileMode);
    try {
      await file.writeFile(privateKey.export({ format: 'pem', type: 'pkcs8' }));
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw unwritable(paths.privateKey, error);
    throw new DrillError('REQUEST_INVALID', `there is a key already: ${paths.privateKey}`, {
      hint: 'Seals that it signed can be verified with it alone: keep its public half, then move both files away to make another.',
    });
  }
  const pem = publicKey.export({ format: 'pem', type: 'spki' }) as string;
  await writeFile(paths.publicKey, pem, { mode: publicFileMode });
  return { keyId: keyIdOf(publicKey), publicKey: paths.publicKey };
}

const unwritable = (path: string, error: unknown): DrillError =>
  new DrillError('EVIDENCE_UNWRITABLE', `cannot write ${path}: ${systemErrorCode(error) ?? error}`, {
    hint: 'Make the folder writable for this user, or choose another one with `--state-dir`.',
    cause: error,
  });

/** The key of this machine; null: none was made. @throws DrillError SEAL_UNSIGNED when its file cannot be used */
export async function findKey(stateDirectory: string): Promise<Signer | null> {
  const key = await readKey(keyPathsIn(stateDirectory).privateKey);
  return key === null ? null : { keyId: keyIdOf(key), sign: async (message) => sign(null, message, key) };
}

/** The public half of the key of this machine as PEM; null: none was made. */
export async function findPublicKey(stateDirectory: string): Promise<{ keyId: string; pem: string } | null> {
  const key = await readKey(keyPathsIn(stateDirectory).privateKey);
  if (key === null) return null;
  const publicKey = createPublicKey(key);
  return { keyId: keyIdOf(publicKey), pem: publicKey.export({ format: 'pem', type: 'spki' }) as string };
}

async function readKey(path: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(path));
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw new Error(`it is of the kind ${key.asymmetricKeyType}`);
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    // What OpenSSL says of a file that it cannot parse is of no use to a reader.
    const why =
      systemErrorCode(error)?.startsWith('ERR_OSSL') === true
        ? 'it is no private key in PEM'
        : String(error instanceof Error ? error.message : error);
    throw new DrillError('SEAL_UNSIGNED', `the key ${path} cannot be used: ${why}`, { cause: error });
  }
}
