import type { Occasion } from '../config/index.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { DrillRecord } from './drill-record.ts';

/** What was known of a database before a drill. */
export interface EarlierDrills {
  /** Of the drill before; null: it is the first. */
  previousVerdict: Verdict | null;
  /** When a drill last ended PROVEN, ISO 8601; null: never. */
  lastProvenAt: string | null;
}

/** What was known before a drill, from the records of its database in any order, its own among them or not. */
export function earlierDrills(
  drill: Pick<DrillRecord, 'drillId' | 'startedAt'>,
  history: Pick<DrillRecord, 'drillId' | 'startedAt' | 'verdict'>[],
  lastProven: Pick<DrillRecord, 'endedAt'> | null,
): EarlierDrills {
  const [before] = history
    .filter(({ drillId, startedAt }) => drillId !== drill.drillId && startedAt < drill.startedAt)
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  return { previousVerdict: before?.verdict ?? null, lastProvenAt: lastProven?.endedAt ?? null };
}

/**
 * Whether a target with these occasions is told of a drill that ended so.
 *
 * @param earlier null: what was before could not be read; then a proven drill counts as a recovery, because one message
 * too many does less harm than one that is missing
 */
export function isWanted(on: readonly Occasion[], verdict: Verdict, earlier: EarlierDrills | null): boolean {
  if (on.includes('every')) return true;
  if (verdict !== 'PROVEN') return on.includes('failure');
  return on.includes('recovery') && isRecovery(verdict, earlier);
}

/** The first proven drill after one that did not prove. The very first drill of a database is none. */
export function isRecovery(verdict: Verdict, earlier: EarlierDrills | null): boolean {
  if (verdict !== 'PROVEN') return false;
  return earlier === null || (earlier.previousVerdict !== null && earlier.previousVerdict !== 'PROVEN');
}
