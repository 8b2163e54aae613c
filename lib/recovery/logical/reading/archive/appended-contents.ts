/**
 * pg_dump writes the table of contents again over itself when it knows where the blocks are. Into a file that is open
 * for appending (`pg_dump >> file`, some container runtimes) this second copy lands behind the data.
 */
import { createHash } from 'node:crypto';
import type { ArchiveCursor } from './archive-cursor.ts';
import type { ArchiveHeader } from './archive-header.ts';
import { readTableOfContents, type TocEntry } from './table-of-contents.ts';

/** What is kept of the first table of contents to know its copy by: the entries of 5,000 tables take 10 MB. */
export interface KnownContents {
  /** Of every field of every entry but the places of the blocks, in their order. */
  digest: string;
  /** Definitions that the copy may lack, by dump id. */
  statistics: ReadonlyMap<number, string | null>;
}

/** @param contents as read, before decoding */
export function knownContents(contents: readonly TocEntry[]): KnownContents {
  const statistics = contents.filter(({ type }) => type === 'STATISTICS DATA');
  return {
    digest: digestOf(contents),
    statistics: new Map(statistics.map(({ id, definition }) => [id, definition])),
  };
}

/**
 * Reads the copy.
 * @returns its entries; null when they are not those of the first
 * @throws DrillError DUMP_CORRUPT when it is no table of contents, DUMP_TRUNCATED
 */
export async function readAppendedContents(
  cursor: ArchiveCursor,
  header: ArchiveHeader,
  first: KnownContents,
): Promise<TocEntry[] | null> {
  const copy = await readTableOfContents(cursor, header, first.statistics);
  return digestOf(copy) === first.digest ? copy : null;
}

function digestOf(contents: readonly TocEntry[]): string {
  const hash = createHash('sha256');
  for (const entry of contents) hash.update(JSON.stringify({ ...entry, data: null }));
  return hash.digest('base64');
}
