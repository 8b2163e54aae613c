/** Reads tar archives (pg_dump -Ft) and directory archives packed by tar or zip, in the order of their members. */
import { posix } from 'node:path';
import type { Wrapping } from '../../../../domain/backup/dump.ts';
import { ByteSource } from '../../../streams/bytes/byte-source.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import { tarMembers } from '../../../streams/bytes/tar-members.ts';
import type { DumpEvent, DumpReader } from '../../dump/dump-stream.ts';
import type { PackageMember } from '../packages/package-member.ts';
import { ArchiveCursor } from './archive-cursor.ts';
import { closeArchive, openArchive } from './archive-opening.ts';
import { decompressData } from './data-decompression.ts';
import { type DataFile, DirectoryData, dataFile, isDataFile } from './directory-data.ts';

const contentsName = 'toc.dat';

/**
 * Events of a tar archive. `restore.sql` in it is ignored, as pg_restore does.
 * @throws DrillError DUMP_TRUNCATED, DUMP_CORRUPT, DUMP_NOT_A_DUMP, ARCHIVE_VERSION_UNKNOWN, COMPRESSION_UNKNOWN,
 * DECOMPRESSION_LIMIT, STATEMENT_TOO_LARGE, ENCODING_INVALID.
 */
export async function* readTarArchive(bytes: ByteSource, budget = new ReadingBudget()): DumpReader {
  let data: DirectoryData | null = null;
  for await (const member of tarMembers(bytes)) {
    const file = dataFile(member.path);
    if (data === null) {
      if (file.name !== contentsName)
        throw dumpError('DUMP_NOT_A_DUMP', 'the tar does not begin with toc.dat');
      data = yield* openContents(file, member.body, 'tar', [], budget);
    } else yield* data.events(file, member.body);
  }
  yield* closeDirectory(data);
}

/** How the files of a directory archive were packed. */
export interface DirectoryPackage {
  what: 'tar' | 'zip';
  /** The files of the package, whose own reading may throw. */
  members(bytes: ByteSource): AsyncIterable<PackageMember>;
}

const packedByTar: DirectoryPackage = { what: 'tar', members: tarMembers };

/**
 * Events of a directory archive that tar or zip has packed, under any path. Members are used as they come, without a
 * temporary file; those before toc.dat are read in a second pass.
 * @param reopen gives the same bytes from their start.
 * @throws DrillError as readTarArchive.
 */
export async function* readPackedDirectory(
  bytes: ByteSource,
  reopen: () => Promise<ByteSource>,
  budget = new ReadingBudget(),
  packed: DirectoryPackage = packedByTar,
): DumpReader {
  let data: DirectoryData | null = null;
  let directory = '';
  const early = new Set<string>();
  for await (const { path, isFile, body } of packed.members(bytes)) {
    if (!isFile) continue;
    const { base, dir } = posix.parse(posix.normalize(path));
    const file = dataFile(base);
    if (file.name === contentsName) {
      if (data !== null)
        throw dumpError('DUMP_NOT_A_DUMP', `the ${packed.what} holds more than one directory dump`);
      directory = dir;
      data = yield* openContents(file, body, 'directory', [packed.what], budget);
    } else if (data === null) early.add(path);
    else if (dir === directory) yield* data.events(file, body);
  }
  if (data === null && [...early].some((path) => isDataFile(posix.basename(path)))) {
    const message = `the ${packed.what} holds data files of a directory dump, but no toc.dat`;
    throw dumpError('DUMP_TRUNCATED', message);
  }
  if (data !== null && early.size > 0)
    yield* earlyMembers(await reopen(), packed, { early, directory, data });
  yield* closeDirectory(data, packed.what);
}

async function* earlyMembers(
  bytes: ByteSource,
  packed: DirectoryPackage,
  { early, directory, data }: { early: Set<string>; directory: string; data: DirectoryData },
): AsyncGenerator<DumpEvent, void, undefined> {
  try {
    for await (const member of packed.members(bytes)) {
      if (early.size === 0) return;
      if (early.delete(member.path)) yield* earlyMember(member, directory, data);
    }
  } finally {
    await bytes.cancel();
  }
}

async function* earlyMember(
  { path, body }: PackageMember,
  directory: string,
  data: DirectoryData,
): AsyncGenerator<DumpEvent, void, undefined> {
  const { base, dir } = posix.parse(posix.normalize(path));
  if (dir === directory) yield* data.events(dataFile(base), body);
}

/** Reads toc.dat from its file. */
export async function* openContents(
  file: DataFile,
  bytes: AsyncIterable<Buffer>,
  layout: 'tar' | 'directory',
  wrappings: Wrapping[],
  budget: ReadingBudget,
): AsyncGenerator<DumpEvent, DirectoryData, undefined> {
  const cursor = new ArchiveCursor(new ByteSource(decompressData(file.compression, bytes, budget)));
  const { plan } = yield* openArchive(cursor, layout, wrappings, budget);
  if ((await cursor.available()) !== null) {
    throw dumpError(
      'DUMP_CORRUPT',
      `something follows the table of contents, at byte ${cursor.position} of toc.dat`,
    );
  }
  return new DirectoryData(plan);
}

/** @throws DrillError DUMP_TRUNCATED when data are missing, DUMP_NOT_A_DUMP without toc.dat. */
export function* closeDirectory(
  data: DirectoryData | null,
  what: DirectoryPackage['what'] = 'tar',
): Generator<DumpEvent> {
  if (data === null) throw dumpError('DUMP_NOT_A_DUMP', `the ${what} holds no toc.dat`);
  data.assertComplete();
  yield* closeArchive(data.plan, data.seen);
}
