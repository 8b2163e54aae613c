/** Keys of encrypted dumps on this machine: in a variable or in a file. */
import { resolve } from 'node:path';
import {
  type LocalSecretPlace,
  readLocalLine,
  readLocalSecret,
  type WantedSecret,
} from '../../adapters/secrets/local-secret.ts';
import type { DumpSecrets } from '../../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import type { DrillOptions } from './request-options.ts';

export interface KeyPlaces {
  passphrase: LocalSecretPlace | null;
  privateKey: LocalSecretPlace | null;
}

/** The command line goes before drills.yaml. Files of drills.yaml are relative to it. */
export function keyPlacesOf(
  options: DrillOptions,
  decrypt: SourceConfig['decrypt'],
  baseFolder: string,
): KeyPlaces {
  return {
    passphrase:
      placeOf(options.decryptPassphraseEnv, options.decryptPassphraseFile, '.') ??
      placeOf(decrypt.passphraseEnv, decrypt.passphraseFile, baseFolder),
    privateKey:
      placeOf(options.decryptKeyEnv, options.decryptKeyFile, '.') ??
      placeOf(decrypt.keyEnv, decrypt.keyFile, baseFolder),
  };
}

/** A variable goes before a file; null: neither is named. Files are relative to `baseFolder`. */
export function placeOf(
  variable: string | null | undefined,
  file: string | null | undefined,
  baseFolder: string,
): LocalSecretPlace | null {
  if (variable != null) return { kind: 'variable', name: variable };
  return file == null ? null : { kind: 'file', path: resolve(baseFolder, file) };
}

/** @throws DrillError DECRYPTION_FAILED when a place is named and holds nothing */
export async function readKeys({ passphrase, privateKey }: KeyPlaces): Promise<DumpSecrets> {
  return {
    passphrase: passphrase === null ? null : await readLocalLine(passphrase, wanted('passphrase')),
    privateKey: privateKey === null ? null : await readLocalSecret(privateKey, wanted('key')),
  };
}

const wanted = (what: string): WantedSecret => ({ what, missing: 'DECRYPTION_FAILED' });
