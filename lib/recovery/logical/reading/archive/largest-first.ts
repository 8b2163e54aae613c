/**
 * Data blocks of a custom archive before their turn. The longest index build decides when a restore ends, and it cannot
 * begin before its table is loaded: the largest tables are read first, as pg_restore -j does with a file on disk.
 */
import { isDrillError } from '../../../../domain/findings/errors.ts';
import type { ByteSource } from '../../../streams/bytes/byte-source.ts';
import type { DumpEntry, DumpEvent } from '../../dump/dump-stream.ts';
import { ArchiveCursor } from './archive-cursor.ts';
import { type ArchivePlan, type DataEntry, entriesById } from './archive-plan.ts';
import { contentOfBlock, nextBlock } from './data-blocks.ts';
import type { DataCompression } from './data-decompression.ts';
import { tableDataEvents } from './table-data-events.ts';

/** Reading from anywhere in the archive. */
export interface Seeking {
  sizeBytes: number;
  /** The bytes from `startByte` on of the very file that is being read from its start. */
  open(startByte: number): Promise<ByteSource>;
  /** Smaller blocks are not sought; 1 MiB where it is left out. */
  leastBytes?: number;
}

/** Smaller blocks wait for their turn: another stream or request costs more than their order gains. */
export const leastBytes = 1024 * 1024;
/** … and so do those of less than this share of all data: at most 50 blocks are sought. */
const leastShare = 1 / 50;

/** A block by the word of the table of contents. */
export interface SoughtBlock {
  data: DataEntry;
  startByte: number;
  sizeBytes: number;
}

/**
 * Events of the largest blocks, largest first. A block that does not begin where the table of contents says is left
 * for the reading from start to end, which names what is wrong.
 * @returns ids of the blocks whose events were given
 * @throws DrillError as the reading from start to end, for the content of a block
 */
export async function* readLargestFirst(
  plan: ArchivePlan,
  compression: DataCompression,
  cursor: ArchiveCursor,
  seeking: Seeking,
): AsyncGenerator<DumpEvent, Set<number>, undefined> {
  const read = new Set<number>();
  for (const block of largestBlocks(plan, cursor.position, seeking)) {
    // Not only to where the next block begins: a damaged block then ends in the same error whichever way it is read.
    const source = await seeking.open(block.startByte);
    try {
      const at = new ArchiveCursor(source, block.startByte);
      Object.assign(at.sizes, cursor.sizes);
      if (!(await begins(at, block.data))) continue;
      read.add(block.data.toc.id);
      yield* contentOfBlock(at, (bytes) => tableDataEvents(plan, block.data, compression, bytes));
    } finally {
      await source.cancel();
    }
  }
  return read;
}

async function begins(cursor: ArchiveCursor, data: DataEntry): Promise<boolean> {
  try {
    const { kind, id } = await nextBlock(cursor);
    return kind === 'data' && id === data.toc.id;
  } catch (error) {
    if (isDrillError(error) && (error.code === 'DUMP_CORRUPT' || error.code === 'DUMP_TRUNCATED'))
      return false;
    throw error;
  }
}

/**
 * The blocks worth reading first; none unless every offset is known and plausible: written to a pipe, or cut off, the
 * archive is read from start to end only.
 * @param dataStart where the table of contents ends
 */
function largestBlocks(
  plan: ArchivePlan,
  dataStart: number,
  { sizeBytes: archiveBytes, leastBytes: least = leastBytes }: Omit<Seeking, 'open'>,
): SoughtBlock[] {
  const starts: { data: DataEntry; startByte: number }[] = [];
  for (const data of plan.data.values()) {
    const place = data.toc.data;
    if (!('offset' in place) || place.offset.state !== 'known') return [];
    const startByte = Number(place.offset.position);
    if (startByte < dataStart || startByte >= archiveBytes) return [];
    starts.push({ data, startByte });
  }
  starts.sort((a, b) => a.startByte - b.startByte);
  const blocks = starts.map(({ data, startByte }, index) => ({
    data,
    startByte,
    sizeBytes: (starts[index + 1]?.startByte ?? archiveBytes) - startByte,
  }));
  if (blocks.some(({ sizeBytes }) => sizeBytes === 0)) return [];
  const worthwhile = Math.max(least, (archiveBytes - dataStart) * leastShare);
  const byId = entriesById(plan);
  return blocks
    .filter(({ data, sizeBytes }) => sizeBytes >= worthwhile && mayComeEarly(data, byId))
    .sort((a, b) => b.sizeBytes - a.sizeBytes);
}

const codeTypes: ReadonlySet<string> = new Set(['FUNCTION', 'PROCEDURE', 'AGGREGATE']);

/**
 * Rows of a COPY whose table uses no function of the dump: one in a CHECK constraint or a generated column may look at other
 * tables, and would find them empty. Rows that depend on other rows (--data-only) keep their place too.
 */
export function mayComeEarly({ toc }: DataEntry, byId: ReadonlyMap<number, DumpEntry>): boolean {
  if (toc.type !== 'TABLE DATA' || (toc.copyStatement ?? '').trim() === '') return false;
  const seen = new Set<number>([toc.id]);
  const next = [...toc.dependencies];
  for (let id = next.pop(); id !== undefined; id = next.pop()) {
    if (seen.has(id)) continue;
    seen.add(id);
    const entry = byId.get(id);
    if (entry === undefined) continue;
    if (codeTypes.has(entry.type) || entry.type === 'TABLE DATA') return false;
    next.push(...(entry.dependencies ?? []));
  }
  return true;
}
