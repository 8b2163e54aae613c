/** Timeline history files, `TTTTTTTT.history` (`access/transam/timeline.c`: readTimeLineHistory). */
import { formatLsn, type Lsn, parseLsn } from '../numbers/lsn.ts';

/** A timeline's stretch of the log, on the way to the timeline that is recovered to. */
export interface TimelineStretch {
  timeline: number;
  /** Where it forked off from the one before; 0 for the first. */
  begin: Lsn;
  /** Where the next one forks off; infinite for the last. */
  end: Lsn;
}

/** The ways to one timeline, oldest first and itself last; or what is wrong with the file, in words. */
export type TimelineHistory = { stretches: TimelineStretch[] } | { reason: string };

/** A timeline that has no history file began with its cluster. */
export const withoutHistory = (timeline: number): TimelineStretch[] => [
  { timeline, begin: 0, end: Number.POSITIVE_INFINITY },
];

/** @param text of the history file of the timeline */
export function parseTimelineHistory(text: string, timeline: number): TimelineHistory {
  const stretches: TimelineStretch[] = [];
  let begin = 0;
  for (const [index, line] of text.split('\n').entries()) {
    // Blank lines and those that begin with # say nothing.
    if (/^\s*(?:#|$)/.test(line)) continue;
    const wrong = (what: string) => ({ reason: `line ${index + 1} of the history file ${what}` });
    const fields = /^\s*([0-9]{1,10})\s+([0-9A-F]{1,8}\/[0-9A-F]{1,8})(?:\s|$)/i.exec(line);
    const end = parseLsn(fields?.[2] ?? '');
    if (fields === null || end === null) return wrong('does not hold a timeline and a position');
    const parent = Number(fields[1]);
    if (parent <= (stretches.at(-1)?.timeline ?? 0)) return wrong('is not in increasing order');
    if (parent >= timeline) return wrong(`names timeline ${parent}, which is not older than ${timeline}`);
    if (end < begin) return wrong(`switches at ${formatLsn(end)}, before the timeline began`);
    stretches.push({ timeline: parent, begin, end });
    begin = end;
  }
  stretches.push({ timeline, begin, end: Number.POSITIVE_INFINITY });
  return { stretches };
}

/** The timeline that a byte of the log belongs to (tliOfPointInHistory). */
export function timelineOf(lsn: Lsn, stretches: readonly TimelineStretch[]): number | null {
  return stretches.find(({ begin, end }) => lsn >= begin && lsn < end)?.timeline ?? null;
}

/** What of a base must lie on a history for it to be reachable from the base. */
export interface BasePlace {
  timeline: number;
  /** The last position of the base that is known. */
  lsn: Lsn;
}

/**
 * The newest timeline that recovery of the base can go to, with the way there. Name it to the server as recovery_target_timeline:
 * with `latest` it looks for 2, 3, 4 … and stops at the first that has no file (findNewestTimeLine), and it gives up where the
 * newest forked off before the base ended.
 */
export function newestReachable(
  base: BasePlace,
  histories: ReadonlyMap<number, TimelineStretch[]>,
): TimelineStretch[] {
  const newestFirst = [...histories.keys()].sort((a, b) => b - a).filter((each) => each > base.timeline);
  for (const timeline of newestFirst) {
    const stretches = histories.get(timeline) as TimelineStretch[];
    const own = stretches.find((each) => each.timeline === base.timeline);
    if (own !== undefined && own.begin <= base.lsn && base.lsn <= own.end) return stretches;
  }
  return histories.get(base.timeline) ?? withoutHistory(base.timeline);
}
