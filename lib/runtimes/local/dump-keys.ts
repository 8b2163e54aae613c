/** Keys of encrypted dumps on this machine: in a variable or in a file. */
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { namedFileError } from '../../adapters/files/file-errors.ts';
import type { DumpSecrets } from '../../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DrillOptions } from './request-options.ts';

/** Where one secret stands. */
type SecretPlace = { kind: 'variable'; name: string } | { kind: 'file'; path: string } | null;

export interface KeyPlaces {
  passphrase: SecretPlace;
  privateKey: SecretPlace;
}

/** No key is larger: RSA of 16384 bits, armored, has 13 KiB. */
const largestKeyBytes = 256 * 1024;

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

function placeOf(
  variable: string | null | undefined,
  file: string | null | undefined,
  baseFolder: string,
): SecretPlace {
  if (variable != null) return { kind: 'variable', name: variable };
  return file == null ? null : { kind: 'file', path: resolve(baseFolder, file) };
}

/** @throws DrillError DECRYPTION_FAILED when a place is named and holds nothing */
export async function readKeys({ passphrase, privateKey }: KeyPlaces): Promise<DumpSecrets> {
  const phrase = await readPlace(passphrase, 'passphrase');
  return {
    // Editors end a file with a line end, which belongs to no passphrase; openssl, age and gpg take the first line too.
    passphrase: passphrase?.kind === 'file' ? firstLine(phrase, passphrase.path) : phrase,
    privateKey: await readPlace(privateKey, 'key'),
  };
}

/** @throws DrillError DECRYPTION_FAILED when the place holds nothing */
export async function readPlace(place: SecretPlace, what: string): Promise<string | null> {
  if (place === null) return null;
  if (place.kind === 'file') {
    const text = await readSmallFile(place.path, what);
    if (text.trim() !== '') return text;
    throw nothingIn(`the file ${place.path}`, what, `Write the ${what} into ${place.path}.`);
  }
  const value = process.env[place.name];
  if (value !== undefined && value !== '') return value;
  const hint = `Set ${place.name} in the environment of restore-drill.`;
  throw nothingIn(`the environment variable ${place.name}`, what, hint);
}

/** Editors end a file with a line end, which belongs to no secret. @throws DrillError DECRYPTION_FAILED */
export function firstLine(text: string | null, path: string, what = 'passphrase'): string | null {
  const line = text?.split(/\r?\n/, 1)[0] ?? null;
  if (line !== '') return line;
  throw nothingIn(`the first line of the file ${path}`, what, `Write the ${what} into it.`);
}

async function readSmallFile(path: string, what: string): Promise<string> {
  const unreadable = (error: unknown): DrillError =>
    nothingIn(
      `the file ${path}`,
      `${what} that can be read (${namedFileError(error, path).message})`,
      'Check the path and who may read it.',
    );
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    const { bytesRead, buffer } = await file.read(
      Buffer.alloc(largestKeyBytes + 1),
      0,
      largestKeyBytes + 1,
      0,
    );
    if (bytesRead <= largestKeyBytes) return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw unreadable(error);
  } finally {
    await file.close();
  }
  throw nothingIn(`the file ${path}`, `${what}: it is larger than any`, 'Give the file with the key alone.');
}

const nothingIn = (where: string, what: string, hint: string): DrillError =>
  new DrillError('DECRYPTION_FAILED', `${where} holds no ${what}`, { hint });
