/** The small files of a repository, decrypted. */
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import type { BaseFile } from '../base/layout/base-file.ts';
import { type InfoFile, readInfoFile } from './info-file.ts';
import { decryptRepository, isOfRepositoryCipher } from './repository-cipher.ts';

/** Of a manifest with half a million files. */
const mostBytes = 160 * 1024 ** 2;

/**
 * Reads `backup.info` or `archive.info`, which the user's passphrase opens. pgBackRest itself tells of a wrong one with bytes of
 * no meaning and exit code 0.
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_CORRUPT, and what opening throws
 */
export async function readSealedInfo(file: BaseFile, { passphrase }: DumpSecrets): Promise<InfoFile> {
  const source = new ByteSource(await file.open());
  const isEncrypted = isOfRepositoryCipher(await source.peek(8));
  if (!isEncrypted) return parsed(file.name, await textOf(source.pieces()));
  if (passphrase === null) {
    await source.cancel();
    throw dumpError(
      'DUMP_ENCRYPTED',
      `${file.name}: the repository is encrypted, and no passphrase was given`,
    );
  }
  const text = await textOf(decryptRepository(source.pieces(), passphrase)).catch((error: unknown) => {
    if (isDrillError(error) && error.code === 'DUMP_CORRUPT') return '';
    throw error;
  });
  if (!text.startsWith('[')) {
    const message = `${file.name}: the passphrase does not decrypt the repository`;
    throw dumpError('DECRYPTION_FAILED', message);
  }
  return parsed(file.name, text);
}

/** @param passphrase of the file above it; null where the repository is not encrypted */
export async function readInfo(file: BaseFile, passphrase: string | null): Promise<InfoFile> {
  return parsed(file.name, await textOf(contentOfRepository(file, passphrase)));
}

/** The bytes of a file of the repository, still compressed. */
export async function* contentOfRepository(
  file: Pick<BaseFile, 'open'>,
  passphrase: string | null,
): AsyncGenerator<Buffer, void, undefined> {
  const stored = await file.open();
  try {
    yield* passphrase === null ? stored : decryptRepository(stored, passphrase);
  } finally {
    stored.destroy();
  }
}

function parsed(name: string, text: string): InfoFile {
  const file = readInfoFile(text);
  if (typeof file === 'string') throw dumpError('DUMP_CORRUPT', `${name}: ${file}`);
  return file;
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of content) {
    bytes += piece.length;
    if (bytes > mostBytes) throw dumpError('DECOMPRESSION_LIMIT', `it has more than ${mostBytes} bytes`);
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
