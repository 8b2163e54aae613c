/**
 * Which backups an incremental one builds on: its label names where the one before began, by position and timeline, and
 * pg_combinebackup's check_backup_label_files() asks for nothing else.
 */
import { parseLsn } from '../../numbers/lsn.ts';

/** What a backup says of its place in a chain. */
export interface ChainLink {
  /** Where its replay begins. */
  startLsn: string;
  startTimeline: number;
  /** Of its manifest, 17 and later; null where nothing tells. */
  systemIdentifier: string | null;
  /** Null for a full backup. */
  incrementalFrom: { lsn: string; timeline: number | null } | null;
}

/** A base backup that may be one of the chain. `link` reads its label, and gives null for what is no backup. */
export interface ChainCandidate<Member> {
  member: Member;
  link(): Promise<ChainLink | null>;
}

export type Chain<Member> =
  /** The full one first. */
  | { kind: 'whole'; members: Member[] }
  /** `found`: those that are there, the one nearest to the last first. */
  | { kind: 'incomplete'; missing: { lsn: string; timeline: number | null }; found: Member[] };

/**
 * Follows the chain from its last backup to the full one.
 * @param candidates the likeliest first: each is read only when those before it are not the one
 * @returns the backups before the last
 */
export async function chainBefore<Member>(
  last: ChainLink,
  candidates: readonly ChainCandidate<Member>[],
): Promise<Chain<Member>> {
  const links = new Map<ChainCandidate<Member>, ChainLink | null>();
  const found: Member[] = [];
  for (let later = last; later.incrementalFrom !== null; ) {
    const wanted = later.incrementalFrom;
    let before: ChainLink | null = null;
    for (const candidate of candidates) {
      const link = links.has(candidate) ? (links.get(candidate) ?? null) : await candidate.link();
      links.set(candidate, link);
      if (link === null || !isBefore(link, later)) continue;
      found.push(candidate.member);
      before = link;
      break;
    }
    if (before === null) return { kind: 'incomplete', missing: wanted, found };
    later = before;
  }
  return { kind: 'whole', members: found.reverse() };
}

/** A label that names itself, or one after it, makes no chain: it would never end. */
function isBefore(link: ChainLink, later: ChainLink): boolean {
  const from = later.incrementalFrom;
  if (from === null || link.startLsn !== from.lsn) return false;
  if (from.timeline !== null && link.startTimeline !== from.timeline) return false;
  const isOfCluster =
    link.systemIdentifier === null ||
    later.systemIdentifier === null ||
    link.systemIdentifier === later.systemIdentifier;
  return isOfCluster && (parseLsn(link.startLsn) ?? 0n) < (parseLsn(later.startLsn) ?? 0n);
}
