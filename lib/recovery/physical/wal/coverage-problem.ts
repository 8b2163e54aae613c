/** Names what stops a recovery first. */

import type { Lsn } from '../numbers/lsn.ts';
import type { ArchiveContents } from './archive-contents.ts';
import type { ChainWalk } from './chain-walk.ts';
import type { WalBase, WalProblem, WalTarget } from './coverage.ts';
import { startOfSegment } from './segment-number.ts';
import type { TimelineStretch } from './timeline-history.ts';
import type { IndexedSegment } from './wal-index.ts';

interface Walked {
  contents: ArchiveContents;
  timelines: readonly TimelineStretch[];
  base: WalBase;
  target: WalTarget;
  walk: ChainWalk;
}

/** @returns null when the target is reached */
export function problemOf(walked: Walked): WalProblem | null {
  if (isBeforeBackupEnd(walked)) return { kind: 'target before backup end' };
  const stopped = stopOf(walked);
  const fork = forkWithoutHistory(walked);
  if (fork === null) return stopped;
  const { reached, halt } = walked.walk;
  if (halt.kind === 'target') return reached.lsn > fork.at ? fork.problem : null;
  // What stops the log before the other timeline can have begun comes first; that the log ends there is because it goes on there.
  const isEnd = stopped === null || stopped.kind === 'target after end' || stopped.kind === 'empty archive';
  return reached.lsn < fork.at && !isEnd ? stopped : fork.problem;
}

/** What stops the walk, as if there were no other timelines. */
function stopOf(walked: Walked): WalProblem | null {
  const { walk, base, contents } = walked;
  const { halt, reached } = walk;
  const { segment } = halt;
  if (halt.kind === 'target') return null;
  if (halt.kind === 'other cluster')
    return { kind: halt.kind, segment, expected: base.systemIdentifier, found: halt.systemIdentifier };
  if (halt.kind === 'other major')
    return { kind: halt.kind, segment, expected: base.major, found: halt.major };
  if (halt.kind === 'damaged') return { kind: halt.kind, segment, lsn: halt.lsn, reason: halt.reason };
  const after = segmentsAfter(halt.number, walked);
  const isWithinBase = walk.stopLsn === null || reached.lsn < walk.stopLsn;
  if (halt.kind === 'end') {
    const isBlank = halt.lsn === startOfSegment(halt.number, base.segmentBytes);
    if (halt.from === 'archive' && (isBlank || isWithinBase || after.length > 0)) {
      const reason =
        after.length > 0 && !isBlank ? `${halt.reason}, and later segments are there` : halt.reason;
      return { kind: 'damaged', segment, lsn: halt.lsn, reason };
    }
    // The base's own folder may hold a segment that was not written to its end yet, or one that was made for later use.
    if (halt.from === 'base' && (isWithinBase || after.length > 0)) return { kind: 'gap', segment, after };
  }
  const bad = contents.badHistories.find(({ timeline }) => timeline > reached.timeline);
  if (bad !== undefined) return { kind: 'damaged', segment: bad.name, lsn: reached.lsn, reason: bad.reason };
  const tarball = contents.archive.unreadable[0] ?? contents.base.unreadable[0];
  if (tarball !== undefined)
    return { kind: 'damaged', segment: tarball.name, lsn: reached.lsn, reason: tarball.reason };
  return atEnd(walked, after, isWithinBase);
}

/** The log ends without damage. */
function atEnd(walked: Walked, after: string[], isWithinBase: boolean): WalProblem | null {
  const { walk, target, contents } = walked;
  const { halt } = walk;
  const { segment } = halt;
  const isArchiveEmpty = contents.archive.segments.size + contents.archive.partials.size === 0;
  const partial = contents.archive.partials.get(segment);
  if (isArchiveEmpty) return { kind: 'empty archive', others: contents.archive.others };
  if (halt.kind === 'missing' && after.length > 0) return { kind: 'gap', segment, after };
  if (halt.kind === 'missing' && partial !== undefined)
    return { kind: 'only partial', segment, file: partial.copies.at(-1)?.name ?? segment };
  if (isWithinBase) return { kind: 'gap', segment, after };
  if (target.kind === 'latest') return null;
  const abandoned = abandonedAt(halt.number, walked);
  return { kind: 'target after end', ...(abandoned === null ? {} : { abandoned }) };
}

/** What is left of an old server that went on after another was promoted: a moment of it is on no way that recovery takes. */
function abandonedAt(
  number: number,
  { contents, timelines }: Walked,
): { timeline: number; segment: string } | null {
  const newest = (timelines.at(-1) as TimelineStretch).timeline;
  const last = [...contents.archive.segments.values()]
    .filter((each) => each.timeline < newest && each.number >= number)
    .sort((a, b) => a.number - b.number)
    .at(-1);
  return last === undefined ? null : { timeline: last.timeline, segment: last.name };
}

/** PostgreSQL is content with such a target, and stops at the first transaction behind the base. */
function isBeforeBackupEnd({ target, base, walk }: Walked): boolean {
  if (target.kind === 'lsn')
    return walk.stopLsn === null ? walk.halt.kind === 'target' : target.lsn < walk.stopLsn;
  if (target.kind !== 'time') return false;
  if (base.stopTime !== null) return target.time < base.stopTime;
  return walk.microsBeforeStop !== null && target.time.getTime() * 1000 < walk.microsBeforeStop;
}

/** Names of segments, whole or partial, that the archive holds behind this one on the same way. */
function segmentsAfter(
  number: number,
  { contents: { archive }, timelines, base: { segmentBytes }, walk: { reached } }: Walked,
): string[] {
  // A server that went on after its timeline was left archives what no recovery asks for – behind the point where it was left.
  const isBeforeFork = reached.lsn < (timelines.at(-1) as TimelineStretch).begin;
  const isOnWay = (each: IndexedSegment): boolean =>
    each.number > number &&
    timelines.some(
      ({ timeline, end }) =>
        timeline === each.timeline && (isBeforeFork || startOfSegment(each.number, segmentBytes) < end),
    );
  const all = [...archive.segments.values(), ...archive.partials.values()].filter(isOnWay);
  return [...new Set(all.map(({ name }) => name))].sort();
}

/** The oldest newer timeline of which there are segments and no history that can be read. */
function forkWithoutHistory({ contents, timelines, base }: Walked): { at: Lsn; problem: WalProblem } | null {
  const newest = (timelines.at(-1) as TimelineStretch).timeline;
  const isKnown = (timeline: number): boolean =>
    contents.histories.has(timeline) || contents.badHistories.some((bad) => bad.timeline === timeline);
  const strays = [...contents.archive.segments.values()]
    .filter(({ timeline }) => timeline > newest && !isKnown(timeline))
    .sort((a, b) => a.timeline - b.timeline || a.number - b.number);
  const first = strays[0];
  if (first === undefined) return null;
  const { timeline } = first;
  const segments = strays.filter((each) => each.timeline === timeline).map(({ name }) => name);
  const history = `${timeline.toString(16).toUpperCase().padStart(8, '0')}.history`;
  return {
    at: startOfSegment(first.number, base.segmentBytes),
    problem: { kind: 'history missing', timeline, history, segments },
  };
}
