/**
 * Reads custom archives (pg_dump -Fc) from a stream, in the order in which their blocks come; where seeking is possible, the
 * largest blocks before. The reading from start to end then passes over their content but misses none of their bytes, so
 * that both ways find the same damage.
 */
import { finding } from '../../../../domain/findings/findings.ts';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import type { DumpEvent, DumpReader } from '../../dump/dump-stream.ts';
import { type KnownContents, knownContents, readAppendedContents } from './appended-contents.ts';
import { ArchiveCursor } from './archive-cursor.ts';
import type { ArchiveCompression, ArchiveHeader } from './archive-header.ts';
import { closeArchive, describe, openArchive } from './archive-opening.ts';
import type { ArchivePlan, DataEntry } from './archive-plan.ts';
import { type BlockKind, contentOfBlock, nextBlock, nextLargeObject, passOverBlock } from './data-blocks.ts';
import type { DataCompression } from './data-decompression.ts';
import { readLargestFirst, type Seeking } from './largest-first.ts';
import { largeObjectEvents, tableDataEvents } from './table-data-events.ts';
import type { TocEntry } from './table-of-contents.ts';

/** Position of each block that has come, by dump id. */
type BlockPositions = Map<number, number>;

/**
 * Events of a custom archive, made to a file or to a pipe.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, DUMP_NOT_A_DUMP, ARCHIVE_VERSION_UNKNOWN, COMPRESSION_UNKNOWN,
 * DECOMPRESSION_LIMIT, STATEMENT_TOO_LARGE, ENCODING_INVALID.
 */
export async function* readCustomArchive(
  bytes: ByteSource,
  seeking: Seeking | null = null,
  budget = new ReadingBudget(),
): DumpReader {
  const cursor = new ArchiveCursor(bytes);
  const opened = yield* openCustomArchive(cursor, budget);
  const { plan } = opened;
  const compression = blockCompression(opened.header.compression);
  const positions: BlockPositions = new Map();
  const early =
    seeking === null ? new Set<number>() : yield* readLargestFirst(plan, compression, cursor, seeking);
  while (await cursor.available()) {
    if (positions.size === plan.data.size) {
      yield* behindData(cursor, opened, positions);
      break;
    }
    const position = cursor.position;
    const block = await nextBlock(cursor);
    const data = announcedBlock(plan, positions, block);
    positions.set(block.id, position);
    if (early.has(block.id)) await passOverBlock(cursor);
    else if (block.kind === 'data')
      yield* contentOfBlock(cursor, (bytes) => tableDataEvents(plan, data, compression, bytes));
    else yield* largeObjectBlock(plan, data, compression, cursor);
  }
  yield* misplaced(plan, tocOf(plan), positions);
  yield* closeArchive(plan, new Set(positions.keys()));
}

/** What is needed of the opened archive until its end. */
interface OpenedCustomArchive {
  header: ArchiveHeader;
  plan: ArchivePlan;
  contents: KnownContents;
}

/** A generator of its own: the frame of the one that reads the data would hold the entries until its end. */
async function* openCustomArchive(
  cursor: ArchiveCursor,
  budget: ReadingBudget,
): AsyncGenerator<DumpEvent, OpenedCustomArchive, undefined> {
  const { header, plan, contents } = yield* openArchive(cursor, 'custom', [], budget);
  return { header, plan, contents: knownContents(contents) };
}

async function* largeObjectBlock(
  plan: ArchivePlan,
  data: DataEntry,
  compression: DataCompression,
  cursor: ArchiveCursor,
): AsyncGenerator<DumpEvent, void, undefined> {
  let any = false;
  for (let oid = await nextLargeObject(cursor); oid !== null; oid = await nextLargeObject(cursor)) {
    any = true;
    yield* contentOfBlock(cursor, (bytes) => largeObjectEvents(plan, data, oid, compression, bytes));
  }
  if (!any) yield { kind: 'entry', entry: data.entry };
}

/** @throws DrillError DUMP_CORRUPT for a block that no entry announces, or that comes twice. */
function announcedBlock(
  plan: ArchivePlan,
  positions: BlockPositions,
  block: { kind: BlockKind; id: number },
): DataEntry {
  const data = plan.data.get(block.id);
  const expected = data?.toc.type === 'BLOBS' ? 'large-objects' : 'data';
  if (data === undefined || positions.has(block.id) || expected !== block.kind) {
    throw dumpError(
      'DUMP_CORRUPT',
      `a data block belongs to no entry of the table of contents (id ${block.id})`,
    );
  }
  return data;
}

/**
 * What follows the data: a second copy of the table of contents, or zeros.
 * @throws DrillError DUMP_CORRUPT when something else follows the data, DUMP_TRUNCATED.
 */
async function* behindData(
  cursor: ArchiveCursor,
  { header, plan, contents }: OpenedCustomArchive,
  positions: BlockPositions,
): AsyncGenerator<DumpEvent, void, undefined> {
  const position = cursor.position;
  const padding = await zeroPadding(cursor);
  if (padding > 0) {
    const message = `${padding} zero bytes follow the archive, from byte ${position} on; pg_restore does not read them`;
    yield { kind: 'finding', finding: finding('DUMP_HEADER_ODD', message) };
    return;
  }
  if (await beginsArchive(cursor))
    throw dumpError(
      'DUMP_CORRUPT',
      `another archive follows the first, from byte ${position} on: pg_restore does not read it, and its data are lost`,
    );
  const copy = await readAppendedContents(cursor, header, contents);
  if (copy === null || (await cursor.available()) !== null) {
    throw dumpError(
      'DUMP_CORRUPT',
      `something that belongs to no entry follows the data, at byte ${position}`,
    );
  }
  yield* misplaced(plan, copy, positions);
}

/** The number of entries, with its sign, that a table of contents begins with: none has zero. */
const countBytes = 5;

/**
 * Passes over zeros up to the end, such as tapes, block devices and ciphers leave; 0 where something else comes first.
 * @throws DrillError DUMP_CORRUPT when something else comes later
 */
async function zeroPadding(cursor: ArchiveCursor): Promise<number> {
  const start = await cursor.available();
  if (start !== null && start.length < countBytes) await cursor.more();
  if ((await cursor.available())?.subarray(0, countBytes).some((value) => value !== 0)) return 0;
  let length = 0;
  for (let piece = await cursor.available(); piece !== null; piece = await cursor.available()) {
    if (piece.some((value) => value !== 0)) {
      throw dumpError(
        'DUMP_CORRUPT',
        `something that belongs to no entry follows the data, behind ${length} zero bytes or more`,
      );
    }
    length += piece.length;
    cursor.consume(piece.length);
  }
  return length;
}

const archiveMagic = Buffer.from('PGDMP');

async function beginsArchive(cursor: ArchiveCursor): Promise<boolean> {
  let bytes = await cursor.available();
  while (bytes !== null && bytes.length < archiveMagic.length && (await cursor.more()))
    bytes = await cursor.available();
  return bytes?.subarray(0, archiveMagic.length).equals(archiveMagic) === true;
}

/**
 * Blocks elsewhere than the table of contents says: nothing is missing for a reader from start to end, but bytes are
 * not what pg_dump wrote, and pg_restore, which seeks, fails on them.
 */
function* misplaced(
  plan: ArchivePlan,
  contents: readonly TocEntry[],
  positions: BlockPositions,
): Generator<DumpEvent> {
  for (const { id, data } of contents) {
    const entry = plan.data.get(id);
    if (entry === undefined || !('offset' in data) || data.offset.state === 'unknown') continue;
    const position = positions.get(id);
    if (position === undefined) continue;
    if (data.offset.state === 'known' && data.offset.position === BigInt(position)) continue;
    const message = `The table of contents gives a wrong place for the data of ${describe(entry)}.`;
    yield { kind: 'finding', finding: finding('DUMP_CORRUPT', message) };
  }
}

const tocOf = (plan: ArchivePlan): TocEntry[] => [...plan.data.values()].map(({ toc }) => toc);

const blockCompression = (compression: ArchiveCompression): DataCompression =>
  compression === 'gzip' ? 'zlib' : compression;
