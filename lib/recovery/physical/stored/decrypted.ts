/** Takes encryption off the stored files of a base backup or of a WAL archive. */
import type { DumpSecrets } from '../../../domain/backup/dump-opening.ts';
import { ByteSource } from '../../streams/bytes/byte-source.ts';
import { dumpError } from '../../streams/bytes/dump-error.ts';
import { compressionOf } from '../../streams/compression/compression-of.ts';
import { decrypt, isUnsure } from '../../streams/encryption/decrypt.ts';
import { encryptionOf } from '../../streams/encryption/encryption-of.ts';

const startBytes = 1024;

/**
 * What the stored bytes hold, which are given back as they are where nothing encrypts them.
 * @throws DrillError DUMP_ENCRYPTED, DECRYPTION_FAILED; so does reading, and DUMP_TRUNCATED, DUMP_CORRUPT
 */
export async function decrypted(stored: ByteSource, keys: DumpSecrets): Promise<ByteSource> {
  const encryption = encryptionOf(await stored.peek(startBytes));
  if (encryption === null) return stored;
  const content = new ByteSource(freeing(stored, () => decrypt(stored, encryption, keys, isOfBackup)));
  if (isUnsure(encryption) && !isOfBackup(await content.peek(startBytes))) {
    content.cancel().catch(() => {});
    throw dumpError('DECRYPTION_FAILED', 'the given key does not decrypt it: what comes out is of no backup');
  }
  return content;
}

/** Whether it begins as something that a base backup or an archive of WAL is made of. */
function isOfBackup(start: Buffer): boolean {
  if (start.length === 0 || compressionOf(start) !== null) return true;
  if (start.toString('latin1', 257, 262) === 'ustar') return true;
  // A page of the log: XLOG_PAGE_MAGIC, and flags of which there are four (access/xlog_internal.h).
  if (start.length >= 4 && start[1] === 0xd1 && start.readUInt16LE(2) <= 0x0f) return true;
  const first = start.subarray(0, 64);
  // A segment of zeros is damage, which whoever reads it names; a label, a history and a manifest are text.
  return (
    first.every((byte) => byte === 0) ||
    first.every((byte) => byte === 9 || byte === 10 || (byte >= 32 && byte < 127))
  );
}

/** Lets go of the outer stream when the inner one is let go of. */
async function* freeing(
  outer: ByteSource,
  inner: () => AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* inner();
  } finally {
    outer.cancel().catch(() => {});
  }
}
