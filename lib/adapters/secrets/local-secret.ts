/** Secrets on this machine: in a variable or in a file. */
import { open } from 'node:fs/promises';
import { DrillError } from '../../domain/findings/errors.ts';
import type { FindingCode } from '../../domain/findings/findings.ts';
import { namedFileError } from '../files/file-errors.ts';

/** Where one secret stands on this machine. */
export type LocalSecretPlace = { kind: 'variable'; name: string } | { kind: 'file'; path: string };

/** What is read, for messages: `passphrase`; and the finding when it is not there. */
export interface WantedSecret {
  what: string;
  missing: Extract<FindingCode, 'DECRYPTION_FAILED' | 'SECRET_UNREADABLE'>;
}

/** No key is larger: RSA of 16384 bits, armored, has 13 KiB. */
const largestSecretBytes = 256 * 1024;

/**
 * All that stands there.
 * @throws DrillError with the code `missing`, naming the place and never what is in it
 */
export async function readLocalSecret(place: LocalSecretPlace, wanted: WantedSecret): Promise<string> {
  if (place.kind === 'file') {
    const text = await readSmallFile(place.path, wanted);
    if (text.trim() !== '') return text;
    throw nothingIn(`the file ${place.path}`, wanted, `Write the ${wanted.what} into ${place.path}.`);
  }
  const value = process.env[place.name];
  if (value !== undefined && value !== '') return value;
  const hint = `Set ${place.name} in the environment of restore-drill.`;
  throw nothingIn(`the environment variable ${place.name}`, wanted, hint);
}

/**
 * A secret of one line. Editors end a file with a line end, which belongs to no passphrase; openssl, age and gpg take the
 * first line too.
 * @throws DrillError as above
 */
export async function readLocalLine(place: LocalSecretPlace, wanted: WantedSecret): Promise<string> {
  const text = await readLocalSecret(place, wanted);
  if (place.kind === 'variable') return text;
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  if (line !== '') return line;
  throw nothingIn(`the first line of the file ${place.path}`, wanted, `Write the ${wanted.what} into it.`);
}

async function readSmallFile(path: string, wanted: WantedSecret): Promise<string> {
  const unreadable = (error: unknown): DrillError =>
    nothingIn(
      `the file ${path}`,
      { ...wanted, what: `${wanted.what} that can be read (${namedFileError(error, path).message})` },
      'Check the path and who may read it.',
    );
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(error);
  });
  try {
    const buffer = Buffer.alloc(largestSecretBytes + 1);
    const { bytesRead } = await file.read(buffer, 0, largestSecretBytes + 1, 0);
    if (bytesRead <= largestSecretBytes) return buffer.toString('utf8', 0, bytesRead);
  } catch (error) {
    throw unreadable(error);
  } finally {
    await file.close();
  }
  throw nothingIn(
    `the file ${path}`,
    { ...wanted, what: `${wanted.what}: it is larger than any` },
    `Give the file with the ${wanted.what} alone.`,
  );
}

const nothingIn = (where: string, { what, missing }: WantedSecret, hint: string): DrillError =>
  new DrillError(missing, `${where} holds no ${what}`, { hint });
