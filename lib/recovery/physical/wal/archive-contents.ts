/** The archive and the base's own WAL, as recovery asks for them. */
import { parseBackupHistory } from './backup-history.ts';
import type { CoverageQuestion, WalBase } from './coverage.ts';
import { segmentName, segmentOf } from './segment-number.ts';
import { TarballSpool } from './tarball-spool.ts';
import { parseTimelineHistory, type TimelineStretch } from './timeline-history.ts';
import { isDamage, textOf, type WalFile } from './wal-file.ts';
import { type IndexedSegment, indexWal, type WalIndex } from './wal-index.ts';

export interface ArchiveContents {
  archive: WalIndex;
  base: WalIndex;
  /** By timeline, those that can be read. */
  histories: Map<number, TimelineStretch[]>;
  /** History files that cannot be read, and why. */
  badHistories: { name: string; timeline: number; reason: string }[];
  /** Asks for a segment that the walk comes to, where nobody can list the archive; absent: the index is whole. */
  ask?(name: string): Promise<void>;
  /** The walk went no further than this segment: looks whether any lie behind it. */
  lookBehind?(number: number, timelines: readonly TimelineStretch[]): Promise<void>;
}

export async function readContents({
  archive,
  baseWal,
  base,
  spoolFolder,
}: CoverageQuestion): Promise<ArchiveContents> {
  const spool = new TarballSpool(spoolFolder, base.segmentBytes);
  const contents: ArchiveContents = {
    archive: await indexWal(archive, spool, base.segmentBytes),
    base: await indexWal(baseWal, spool, base.segmentBytes),
    histories: new Map(),
    badHistories: [],
  };
  // The archive has precedence, so that its files come last.
  const files = new Map([...contents.base.histories, ...contents.archive.histories]);
  for (const [timeline, copies] of files) {
    const file = copies.at(-1) as WalFile;
    const history = await readHistory(file, timeline);
    if ('stretches' in history) contents.histories.set(timeline, history.stretches);
    else contents.badHistories.push({ name: file.name, timeline, reason: history.reason });
  }
  return contents;
}

/** What a history file says, or why it says nothing. */
export async function readHistory(file: WalFile, timeline: number): ReturnType<typeof parse> {
  return parse(await textOrReason(file), timeline);
}

const parse = async (read: { text: string } | { reason: string }, timeline: number) =>
  'reason' in read ? read : parseTimelineHistory(read.text, timeline);

async function textOrReason(file: WalFile): Promise<{ text: string } | { reason: string }> {
  try {
    const text = await textOf(file);
    return text === null ? { reason: 'it is too long for a history' } : { text };
  } catch (error) {
    if (isDamage(error)) return { reason: error.message };
    throw error;
  }
}

/** What the archive's backup history file adds to what is known of the base. */
export async function completeBase(base: WalBase, { archive, base: own }: ArchiveContents): Promise<WalBase> {
  if (base.stopLsn !== null && base.stopTime !== null) return base;
  const segment = segmentName(base.timeline, segmentOf(base.startLsn, base.segmentBytes), base.segmentBytes);
  const offset = (base.startLsn % base.segmentBytes).toString(16).toUpperCase().padStart(8, '0');
  const name = `${segment}.${offset}.backup`;
  const file = archive.backups.get(name) ?? own.backups.get(name);
  if (file === undefined) return base;
  const read = await textOrReason(file);
  const history = 'text' in read ? parseBackupHistory(read.text) : null;
  if (history === null || history.start !== base.startLsn) return base;
  return {
    ...base,
    stopLsn: base.stopLsn ?? history.stop,
    stopTime: base.stopTime ?? history.stopTime,
  };
}

/** Where recovery finds a segment: what it asks for, and what is there. */
export interface FoundSegment {
  /** The name on the newest timeline that the segment can be of. */
  name: string;
  timeline: number;
  found: { segment: IndexedSegment; from: 'archive' | 'base' } | null;
}

/** What recovery calls the segment of this number: by the newest timeline that has begun in it. */
export function wantedSegment(
  number: number,
  timelines: readonly TimelineStretch[],
  segmentBytes: number,
): { name: string; timeline: number } {
  const { timeline } = timelines.findLast(
    ({ begin }) => segmentOf(begin, segmentBytes) <= number,
  ) as TimelineStretch;
  return { name: segmentName(timeline, number, segmentBytes), timeline };
}

/**
 * The segment of this number on the way to the timeline: of the newest timeline that has begun in it, from the archive before
 * the base's own folder (`access/transam/xlogrecovery.c`: XLogFileReadAnyTLI). PostgreSQL would take one of an older timeline
 * where it finds no other, and follow a server whose log was given up.
 */
export function findSegment(
  number: number,
  timelines: readonly TimelineStretch[],
  segmentBytes: number,
  { archive, base }: ArchiveContents,
): FoundSegment {
  const { name, timeline } = wantedSegment(number, timelines, segmentBytes);
  const archived = archive.segments.get(name);
  if (archived !== undefined) return { name, timeline, found: { segment: archived, from: 'archive' } };
  const own = base.segments.get(name);
  return { name, timeline, found: own === undefined ? null : { segment: own, from: 'base' } };
}
