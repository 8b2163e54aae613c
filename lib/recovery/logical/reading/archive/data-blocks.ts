/** The frames around data in custom archives: pg_backup_custom.c. */
import { isDrillError } from '../../../../domain/findings/errors.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent } from '../../dump/dump-stream.ts';
import type { ArchiveCursor } from './archive-cursor.ts';

/** Pieces are joined up to this much: pg_dump up to 16 wrote 4 KiB pieces, and one per row where nothing compresses. */
const joinedBytes = 128 * 1024;
/** … but the first ones of a block up to this much: thousands of small tables are to cost no large buffer each. */
const firstJoinedBytes = 16 * 1024;

export type BlockKind = 'data' | 'large-objects';

/** BLK_DATA and BLK_BLOBS. */
const kinds: Record<number, BlockKind> = { 1: 'data', 3: 'large-objects' };

/** The next block's kind and dump id. @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT. */
export async function nextBlock(cursor: ArchiveCursor): Promise<{ kind: BlockKind; id: number }> {
  return cursor.record('header of a data block', (fields) => {
    const code = fields.byte();
    const kind = kinds[code];
    if (kind === undefined) throw fields.damaged(`the block type ${code}`);
    return { kind, id: fields.int() };
  });
}

/** The next large object of a block; null at its end. Oids above 2³¹ are written as negative numbers. */
export async function nextLargeObject(cursor: ArchiveCursor): Promise<number | null> {
  const oid = await cursor.record('list of large objects', (fields) => fields.int() >>> 0);
  return oid === 0 ? null : oid;
}

/**
 * Bytes of one block, up to its end mark. They are copied out of the source.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT when a length cannot be one.
 */
async function* blockBytes(cursor: ArchiveCursor): AsyncGenerator<Buffer, void, undefined> {
  const lengthBytes = 1 + cursor.sizes.int;
  let joined = Buffer.allocUnsafeSlow(firstJoinedBytes);
  let used = 0;
  let left = 0;
  for (;;) {
    const bytes = await cursor.available();
    if (bytes === null) throw endedEarly(cursor.position);
    let at = 0;
    let ended = false;
    while (at < bytes.length && used < joined.length) {
      if (left === 0) {
        if (bytes.length - at < lengthBytes) break;
        left = pieceLength(bytes, at, cursor);
        at += lengthBytes;
        ended = left === 0;
        if (ended) break;
      }
      const size = Math.min(left, bytes.length - at, joined.length - used);
      if (size > 64) bytes.copy(joined, used, at, at + size);
      else for (let index = 0; index < size; index += 1) joined[used + index] = bytes[at + index] as number;
      used += size;
      at += size;
      left -= size;
    }
    cursor.consume(at);
    if (ended || used === joined.length) {
      if (used > 0) yield joined.subarray(0, used);
      if (ended) return;
      joined = Buffer.allocUnsafeSlow(joinedBytes);
      used = 0;
    } else if (at < bytes.length && !(await cursor.more())) {
      throw endedEarly(cursor.position + bytes.length - at);
    }
  }
}

/**
 * What `read` makes of one block. Content that ends early although the block has its end mark is damaged, not cut off: a lost
 * stretch of zeros reads like the mark.
 * @throws DrillError as blockBytes and `read`
 */
export async function* contentOfBlock(
  cursor: ArchiveCursor,
  read: (block: AsyncIterable<Buffer>) => AsyncIterable<DumpEvent>,
): AsyncGenerator<DumpEvent, void, undefined> {
  let hasEndMark = false;
  async function* block(): AsyncGenerator<Buffer, void, undefined> {
    yield* blockBytes(cursor);
    hasEndMark = true;
  }
  try {
    yield* read(block());
  } catch (error) {
    if (!hasEndMark || !isDrillError(error) || error.code !== 'DUMP_TRUNCATED') throw error;
    throw dumpError('DUMP_CORRUPT', error.message, error);
  }
}

/**
 * Passes over one block up to its end mark, copying nothing; its lengths are looked at all the same.
 * @throws DrillError as blockBytes
 */
export async function passOverBlock(cursor: ArchiveCursor): Promise<void> {
  const lengthBytes = 1 + cursor.sizes.int;
  let left = 0;
  for (;;) {
    const bytes = await cursor.available();
    if (bytes === null) throw endedEarly(cursor.position);
    let at = 0;
    while (at < bytes.length) {
      if (left === 0) {
        if (bytes.length - at < lengthBytes) break;
        left = pieceLength(bytes, at, cursor);
        at += lengthBytes;
        if (left === 0) {
          cursor.consume(at);
          return;
        }
      }
      const size = Math.min(left, bytes.length - at);
      at += size;
      left -= size;
    }
    cursor.consume(at);
    if (at < bytes.length && !(await cursor.more())) throw endedEarly(cursor.position + bytes.length - at);
  }
}

function pieceLength(bytes: Buffer, at: number, cursor: ArchiveCursor): number {
  let length = 0;
  for (let index = cursor.sizes.int; index > 0; index -= 1)
    length = length * 256 + (bytes[at + index] as number);
  if (bytes[at] !== 0 || length > 2 ** 31) {
    throw dumpError(
      'DUMP_CORRUPT',
      `the length of a piece of data is damaged, at byte ${cursor.position + at}`,
    );
  }
  return length;
}

const endedEarly = (position: number) => dumpError('DUMP_TRUNCATED', `the dump ends at byte ${position}`);
