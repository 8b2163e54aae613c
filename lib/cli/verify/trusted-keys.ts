import { existsSync } from 'node:fs';
import { keyPathsIn } from '../../adapters/seals/key-files.ts';
import { readPublicKey, type TrustedKey } from '../../adapters/seals/verify-envelope.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

export interface KeyOptions extends AccountOptions {
  stateDir?: string;
  /** Files of public keys, PEM. */
  key?: string[];
}

/** Keys that seals are verified with, and where they come from. */
export interface TrustedKeys {
  keys: TrustedKey[];
  from: 'given' | 'this machine';
}

/**
 * Those that were given, else the one of this machine. A machine's own key proves nothing to others, and helps oneself.
 *
 * @throws DrillError REQUEST_INVALID for a file that is no public key
 */
export async function trustedKeys(options: KeyOptions): Promise<TrustedKeys> {
  if (options.key !== undefined)
    return { keys: await Promise.all(options.key.map(readPublicKey)), from: 'given' };
  // A stack signs with a key of its own.
  if (wantsAccount(options)) return { keys: [], from: 'given' };
  const own = keyPathsIn(placesFor(options).stateDirectory).publicKey;
  return { keys: existsSync(own) ? [await readPublicKey(own)] : [], from: 'this machine' };
}
