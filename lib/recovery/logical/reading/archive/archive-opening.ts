/** The common beginning and end of every archive reader: header and contents before the data, the rest after it. */
import type { DumpLayout, Wrapping } from '../../../../domain/backup/dump.ts';
import { dumpError } from '../../../streams/bytes/dump-error.ts';
import type { ReadingBudget } from '../../../streams/bytes/reading-budget.ts';
import type { DumpEvent } from '../../dump/dump-stream.ts';
import type { ArchiveCursor } from './archive-cursor.ts';
import { type ArchiveHeader, readArchiveHeader } from './archive-header.ts';
import { type ArchivePlan, type DataEntry, eventsBeforeData, planArchive } from './archive-plan.ts';
import { dumpHeaderOf } from './dump-header.ts';
import { relationName } from './table-data-events.ts';
import { readTableOfContents, type TocEntry } from './table-of-contents.ts';

export interface OpenedArchive {
  header: ArchiveHeader;
  /** As read, before decoding; to be let go when the reading of data begins, because thousands of entries take megabytes. */
  contents: TocEntry[];
  plan: ArchivePlan;
}

/** Reads header and table of contents, and yields all that comes before the data. */
export async function* openArchive(
  cursor: ArchiveCursor,
  layout: Extract<DumpLayout, 'custom' | 'tar' | 'directory'>,
  wrappings: Wrapping[],
  budget: ReadingBudget,
): AsyncGenerator<DumpEvent, OpenedArchive, undefined> {
  const header = await readArchiveHeader(cursor, layout === 'custom' ? 'custom' : 'tar');
  yield { kind: 'header', header: dumpHeaderOf(header, layout, wrappings, null) };
  const contents = await readTableOfContents(cursor, header);
  const plan = await planArchive(contents, header.minor, budget);
  yield { kind: 'header', header: dumpHeaderOf(header, layout, wrappings, plan.encoding.name) };
  yield { kind: 'encoding', encoding: plan.encoding.yielded };
  yield* eventsBeforeData(plan);
  return { header, contents, plan };
}

/**
 * Everything after the data.
 * @throws DrillError DUMP_TRUNCATED when a data block that the table of contents announces has not come.
 */
export function* closeArchive(plan: ArchivePlan, seen: ReadonlySet<number>): Generator<DumpEvent> {
  const missing = [...plan.data.values()].filter(({ toc }) => !seen.has(toc.id));
  if (missing.length > 0) {
    const others = missing.length === 1 ? '' : ` and of ${missing.length - 1} more entries`;
    throw dumpError(
      'DUMP_TRUNCATED',
      `the data of ${describe(missing[0] as DataEntry)}${others} are missing`,
    );
  }
  plan.largeObjects.assertComplete();
  for (const entry of plan.afterData) yield { kind: 'entry', entry };
  yield { kind: 'end', complete: true };
}

/** An entry with data, for messages. */
export function describe(data: DataEntry): string {
  return data.toc.type === 'BLOBS' ? `large objects ${data.toc.tag}` : `table ${relationName(data)}`;
}
