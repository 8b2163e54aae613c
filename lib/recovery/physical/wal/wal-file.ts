/** Files of WAL as they are stored, and their content, however they are compressed. */
import type { Readable } from 'node:stream';
import type { Compression } from '../../../domain/backup/dump.ts';
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import type { FindingCode } from '../../../domain/findings/findings.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import { decompressBrotli, isNamedBrotli } from '../../streams/compression/brotli.ts';
import { decompress } from '../../streams/compression/decompress.ts';
import { isKeyError } from '../../streams/encryption/decrypt.ts';
import { decrypted } from '../stored/decrypted.ts';

/** A file of an archive, or of the folder pg_wal of a base backup. */
export interface WalFile {
  /** With the folders before it, such as `wal_005/000000010000000000000012.lz4`. */
  name: string;
  /** As it is stored. */
  sizeBytes: number;
  /** Its path, where it lies on this machine. */
  path?: string;
  /** It is what PostgreSQL takes, which decompresses nothing. */
  asIs?: true;
  /** What opens it where it is encrypted; absent where nothing that is stored so can be. */
  keys?: DumpSecrets;
  /** The stored bytes, each time anew. */
  open(): Promise<Readable>;
}

/** First bytes of what may compress a segment. No page of the log begins so. */
const magics: readonly (readonly [Compression, Buffer])[] = [
  ['gzip', Buffer.from([0x1f, 0x8b])],
  ['zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ['xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ['bzip2', Buffer.from('BZh')],
  ['lz4', Buffer.from([0x04, 0x22, 0x4d, 0x18])],
];
const longestMagic = 6;

/** How the bytes are compressed, by what they begin with: Barman's segments are gzip and their names do not say so. */
export function compressionOf(firstBytes: Buffer): Compression | null {
  return magics.find(([, magic]) => firstBytes.subarray(0, magic.length).equals(magic))?.[0] ?? null;
}

/**
 * The content of a stored file. Let go of, it closes the file.
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED, DUMP_TRUNCATED, DUMP_CORRUPT, COMPRESSION_UNKNOWN; and what reading the file throws
 */
export async function* contentOf(file: WalFile): AsyncGenerator<Buffer, void, undefined> {
  const stream = await file.open();
  try {
    if (file.asIs) yield* stream as AsyncIterable<Buffer>;
    else yield* unpacked(stream, file.keys, isNamedBrotli(file.name));
  } catch (error) {
    if (!isDrillError(error) || !isKeyError(error)) throw error;
    throw new DrillError(error.code, `${file.name}: ${error.message}`, { hint: error.hint });
  } finally {
    stream.destroy();
  }
}

/** What the stored bytes hold. @throws as `contentOf` */
export async function* unpacked(
  stored: AsyncIterable<Buffer>,
  keys?: DumpSecrets,
  isBrotli = false,
): AsyncGenerator<Buffer, void, undefined> {
  let source = new ByteSource(stored);
  try {
    if (keys !== undefined) source = await decrypted(source, keys);
    if (isBrotli) {
      yield* decompressBrotli(source);
      return;
    }
    const compression = compressionOf(await source.peek(longestMagic));
    yield* compression === null ? source.pieces() : decompress(source, compression, refuseTrailing);
  } finally {
    await source.cancel();
  }
}

/** A program that unpacks would end with an error, which PostgreSQL takes for the end of the archive. */
function refuseTrailing(position: number): void {
  throw dumpError('DUMP_CORRUPT', `other bytes follow the compressed data, from byte ${position} on`);
}

/** What reaching the stored bytes fails with, or opening them without the right key: it says nothing of them. */
const outOfReach: ReadonlySet<FindingCode> = new Set([
  'DUMP_UNREADABLE',
  'DUMP_NOT_FOUND',
  'DUMP_CHANGED',
  'DUMP_ENCRYPTED',
  'DECRYPTION_FAILED',
]);

/** Whether reading failed because of what the file holds, and not because nobody could get at it. */
export const isDamage = (error: unknown): error is DrillError =>
  isDrillError(error) && !outOfReach.has(error.code);

/** Content of a small file as text; null for one that is longer than 64 KiB, and so none of a history. */
export async function textOf(file: WalFile): Promise<string | null> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of contentOf(file)) {
    bytes += piece.length;
    if (bytes > 64 * 1024) return null;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}
