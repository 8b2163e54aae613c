/** Reads directory archives (pg_dump -Fd) whose files lie as files or objects of their own. */

import type { DirectorySource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import type { DumpEvent, DumpReader } from '../../dump/dump-stream.ts';
import { describe } from './archive-opening.ts';
import { type DataEntry, entriesById } from './archive-plan.ts';
import { decompressData } from './data-decompression.ts';
import {
  type DataFile,
  type DirectoryData,
  dataFile,
  fileName,
  readLargeObjectList,
} from './directory-data.ts';
import { leastBytes, mayComeEarly } from './largest-first.ts';
import { closeDirectory, openContents } from './tar-archive.ts';

/**
 * Events of a directory archive: the largest tables first, then the rest in the order of the table of contents.
 * @throws DrillError DUMP_TRUNCATED when a file is missing or ends early, DUMP_CORRUPT, DUMP_NOT_A_DUMP,
 * ARCHIVE_VERSION_UNKNOWN, COMPRESSION_UNKNOWN, DECOMPRESSION_LIMIT, STATEMENT_TOO_LARGE, ENCODING_INVALID, and what
 * `open` throws.
 */
export async function* readDirectoryArchive(
  source: DirectorySource,
  budget = new ReadingBudget(),
): DumpReader {
  const files = new DirectoryFiles(source);
  const contents = files.find('toc.dat');
  if (contents === null) throw dumpError('DUMP_NOT_A_DUMP', 'the directory holds no toc.dat');
  const data = yield* openContents(contents, files.bytes(contents), 'directory', [], budget);
  for (const each of largestTablesFirst(data, files)) yield* entryEvents(data, each, files);
  yield* closeDirectory(data);
}

/** Small tables keep their turn, as do those whose rows need others first. */
function largestTablesFirst(data: DirectoryData, files: DirectoryFiles): DataEntry[] {
  const byId = entriesById(data.plan);
  const all = [...data.plan.data.values()];
  const early = all
    .map((each) => ({ each, bytes: files.sizeOf(fileName(each.toc, data.plan.minor)) }))
    .filter(({ each, bytes }) => bytes >= leastBytes && mayComeEarly(each, byId))
    .sort((a, b) => b.bytes - a.bytes)
    .map(({ each }) => each);
  return [...new Set([...early, ...all])];
}

async function* entryEvents(
  data: DirectoryData,
  each: DataEntry,
  files: DirectoryFiles,
): AsyncGenerator<DumpEvent, void, undefined> {
  const name = fileName(each.toc, data.plan.minor);
  const file = files.find(name);
  if (file === null) {
    throw dumpError('DUMP_TRUNCATED', `the data of ${describe(each)} are missing: there is no file ${name}`);
  }
  if (each.toc.type !== 'BLOBS') {
    yield* data.events(file, files.bytes(file));
    return;
  }
  data.note(each, file);
  const objects = await readLargeObjectList(
    file.name,
    decompressData(file.compression, files.bytes(file), data.plan.budget),
  );
  data.list(objects);
  for (const object of objects) {
    const contents = files.find(object.file);
    if (contents === null) {
      throw dumpError('DUMP_TRUNCATED', `the contents of large object ${object.oid} are missing`);
    }
    yield* data.largeObject(object.oid, contents.compression, files.bytes(contents));
  }
  if (objects.length === 0) yield { kind: 'entry', entry: each.entry };
}

/** Files by the name that the table of contents uses, with whatever ending for compression they have. */
class DirectoryFiles {
  readonly #source: DirectorySource;
  readonly #byName = new Map<string, { file: DataFile; stored: string }>();

  constructor(source: DirectorySource) {
    this.#source = source;
    for (const stored of source.names) {
      const file = dataFile(stored);
      const known = this.#byName.get(file.name);
      // pg_restore, too, takes the uncompressed file first when there are both.
      if (known === undefined || file.compression === 'none') this.#byName.set(file.name, { file, stored });
    }
  }

  find(name: string): DataFile | null {
    return this.#byName.get(name)?.file ?? null;
  }

  /** Stored bytes; 0 for what is missing or not known. */
  sizeOf(name: string): number {
    const stored = this.#byName.get(name)?.stored;
    return stored === undefined ? 0 : (this.#source.sizeOf?.(stored) ?? 0);
  }

  async *bytes(file: DataFile): AsyncGenerator<Buffer, void, undefined> {
    const stored = this.#byName.get(file.name)?.stored ?? file.name;
    for await (const piece of await this.#source.open(stored)) {
      if (piece.length > 0) yield Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    }
  }
}
