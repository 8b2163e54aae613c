import type { DumpHeader } from './dump.ts';
import type { DumpCandidate } from './dump-selection.ts';

/** What the files of a base backup say of its moments. */
export type BaseMoments = Pick<DumpHeader, 'consistencyPoint' | 'endedAt'>;

/** A base backup to choose, and what it says; null: nothing is known but its name and its upload. */
export interface AskedBase {
  base: DumpCandidate;
  moments: BaseMoments | null;
}

/**
 * Whether a base backup ended after the moment – or began after it, where its end is not told –, so that it does not lead there.
 * @param at ISO 8601
 * @returns in words, to be put behind "was passed over: "; null: it does lead there, or nothing tells that it does not
 */
export function newerThan(at: string, { consistencyPoint, endedAt }: BaseMoments): string | null {
  const isAfter = (moment: string | null | undefined): moment is string =>
    moment != null && Date.parse(moment) > Date.parse(at);
  if (isAfter(endedAt)) return `it ended ${endedAt}, after ${at}`;
  return isAfter(consistencyPoint) ? `it began ${consistencyPoint}, after ${at}` : null;
}

/**
 * The base backups that lead to a moment, newest first, where names do not tell: by what they say themselves, else by their upload.
 * Those with a moment in their names stay before the others. Pure.
 */
export function basesToMoment(
  at: string,
  asked: readonly AskedBase[],
): { bases: DumpCandidate[]; newer: { key: string; reason: string }[] } {
  const judged = asked.map((each) => ({
    ...each,
    reason: each.moments === null ? null : newerThan(at, each.moments),
  }));
  const momentOf = ({ base, moments }: AskedBase): number =>
    Date.parse(moments?.endedAt ?? moments?.consistencyPoint ?? base.modifiedAt);
  const leading = judged.filter(({ reason }) => reason === null);
  const named = leading.filter(({ base }) => base.nameTimestamp !== null);
  const others = leading.filter(({ base }) => base.nameTimestamp === null);
  return {
    bases: [...named, ...others.toSorted((a, b) => momentOf(b) - momentOf(a))].map(({ base }) => base),
    newer: judged.flatMap(({ base, reason }) => (reason === null ? [] : [{ key: base.key, reason }])),
  };
}
