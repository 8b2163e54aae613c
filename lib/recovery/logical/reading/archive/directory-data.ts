/** Data files of tar and directory archives by their names: pg_backup_directory.c, pg_backup_tar.c. */

import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { DumpEvent } from '../../dump/dump-stream.ts';
import type { ArchivePlan, DataEntry } from './archive-plan.ts';
import { type DataCompression, decompressData } from './data-decompression.ts';
import { largeObjectEvents, tableDataEvents } from './table-data-events.ts';
import type { TocEntry } from './table-of-contents.ts';

/** InitDiscoverCompressFileHandle finds a file by trying these endings. */
const suffixes: Record<string, DataCompression> = { '.gz': 'gzip', '.lz4': 'lz4', '.zst': 'zstd' };

/** A list of large objects is small; this holds a million of them. */
const longestListBytes = 64 * 1024 * 1024;

export interface DataFile {
  /** Without the ending for compression. */
  name: string;
  compression: DataCompression;
}

export function dataFile(fileName: string): DataFile {
  for (const [suffix, compression] of Object.entries(suffixes)) {
    if (fileName.endsWith(suffix)) return { name: fileName.slice(0, -suffix.length), compression };
  }
  return { name: fileName, compression: 'none' };
}

/**
 * Name of the file of an entry. The list of large objects is `blobs.toc` until 1.15 and `blobs_<id>.toc` after; tar
 * archives note another name for it, which no file has.
 * @throws DrillError DUMP_CORRUPT when the entry names none.
 */
export function fileName(toc: TocEntry, minor: number): string {
  const file = 'file' in toc.data ? toc.data.file : null;
  if (file === null) {
    throw dumpError('DUMP_CORRUPT', 'the table of contents is damaged: it names no file for some data');
  }
  const { name } = dataFile(file);
  if (toc.type !== 'BLOBS' || name.endsWith('.toc')) return name;
  return minor >= 16 ? `blobs_${toc.id}.toc` : 'blobs.toc';
}

/** One line of blobs.toc: an oid and the name of the file with the object's contents. */
export interface ListedLargeObject {
  oid: number;
  file: string;
}

/** @throws DrillError DUMP_CORRUPT, DUMP_TRUNCATED. */
export async function readLargeObjectList(
  name: string,
  bytes: AsyncIterable<Buffer>,
): Promise<ListedLargeObject[]> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > longestListBytes)
      throw dumpError('DUMP_CORRUPT', `${name} is too large for a list of large objects`);
    pieces.push(Buffer.from(piece));
  }
  const text = Buffer.concat(pieces).toString('latin1');
  if (text !== '' && !text.endsWith('\n')) throw dumpError('DUMP_TRUNCATED', `${name} ends inside a line`);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const match = /^(\d{1,10}) (blob_\d+\.dat)$/.exec(line);
      if (match?.[2] === undefined)
        throw dumpError('DUMP_CORRUPT', `${name} holds a line that names no large object`);
      return { oid: Number(match[1]), file: match[2] };
    });
}

/** Recognises the data files of one archive, and remembers which have come. */
export class DirectoryData {
  readonly plan: ArchivePlan;
  readonly seen = new Set<number>();
  readonly #byFile = new Map<string, DataEntry>();
  readonly #listed = new Set<number>();

  /** @throws DrillError DUMP_CORRUPT when the table of contents names no file, or one twice. */
  constructor(plan: ArchivePlan) {
    this.plan = plan;
    for (const data of plan.data.values()) {
      const name = fileName(data.toc, plan.minor);
      if (this.#byFile.has(name)) {
        throw dumpError('DUMP_CORRUPT', `the table of contents is damaged: it names the file ${name} twice`);
      }
      this.#byFile.set(name, data);
    }
  }

  /** Events of one file that has come; none for files that are no data (restore.sql, toc.dat). */
  async *events(file: DataFile, bytes: AsyncIterable<Buffer>): AsyncGenerator<DumpEvent, void, undefined> {
    const oid = /^blob_(\d{1,10})\.dat$/.exec(file.name)?.[1];
    if (oid !== undefined) {
      yield* this.largeObject(Number(oid), file.compression, bytes);
      return;
    }
    const data = this.#byFile.get(file.name);
    if (data === undefined) return;
    this.note(data, file);
    if (data.toc.type !== 'BLOBS') yield* tableDataEvents(this.plan, data, file.compression, bytes);
    else
      this.list(
        await readLargeObjectList(file.name, decompressData(file.compression, bytes, this.plan.budget)),
      );
  }

  /** @throws DrillError DUMP_CORRUPT when the file has come before. */
  note(data: DataEntry, file: DataFile): void {
    if (this.seen.has(data.toc.id)) throw dumpError('DUMP_CORRUPT', `${file.name} is in the dump twice`);
    this.seen.add(data.toc.id);
  }

  list(objects: ListedLargeObject[]): void {
    for (const { oid } of objects) this.#listed.add(oid);
  }

  async *largeObject(
    oid: number,
    compression: DataCompression,
    bytes: AsyncIterable<Buffer>,
  ): AsyncGenerator<DumpEvent, void, undefined> {
    const data = this.plan.data.get(this.plan.largeObjects.entryOf(oid) ?? 0);
    if (data === undefined) {
      throw dumpError('DUMP_CORRUPT', `large object ${oid} is not in the table of contents`);
    }
    yield* largeObjectEvents(this.plan, data, oid, compression, bytes);
  }

  /** @throws DrillError DUMP_TRUNCATED when a listed large object has not come. */
  assertComplete(): void {
    const missing = [...this.#listed].find((oid) => !this.plan.largeObjects.has(oid));
    if (missing !== undefined) {
      throw dumpError('DUMP_TRUNCATED', `the contents of large object ${missing} are missing`);
    }
  }
}

/** Rows of a table, which nothing but a directory dump calls so. */
export const isDataFile = (name: string): boolean => /^\d+\.dat(?:\.(?:gz|lz4|zst))?$/.test(name);
