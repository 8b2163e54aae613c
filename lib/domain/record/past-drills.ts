import type { CountedTable } from '../checks/asking/check.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { DrillRecord } from './drill-record.ts';

/** What of one drill is worth comparing over time. */
export interface DrillFacts {
  drillId: string;
  startedAt: string;
  verdict: Verdict;
  rtoSeconds: number | null;
  rpoSeconds: number | null;
  /** Null: nobody knows, or there was no backup. */
  backupBytes: number | null;
  /** Null: nothing was restored. */
  rows: number | null;
}

/** The drills of the database before one. */
export interface PastDrills {
  /** The oldest first. */
  drills: DrillFacts[];
  /** The last one that was proven: what its tables held. Null: there is none. */
  lastProven: { drillId: string; startedAt: string; tables: CountedTable[] } | null;
}

/** So many are drawn: a month of daily drills, half a year of weekly ones. */
export const mostPastDrills = 30;

/** What of a drill is compared with others. */
export function drillFacts(record: DrillRecord): DrillFacts {
  const { dump, restore, tables, rto, rpo } = record;
  return {
    drillId: record.drillId,
    startedAt: record.startedAt,
    verdict: record.verdict,
    rtoSeconds: rto.actualSeconds,
    rpoSeconds: rpo.actualSeconds,
    backupBytes: dump === null || dump.bytes === 0 ? null : dump.bytes,
    rows: restore === null || tables.length === 0 ? null : tables.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/**
 * The drills before one, from records of its database in any order, its own and later ones among them or not. Pure.
 *
 * @param lastProven of the ledger, which may lie further back than the records
 */
export function pastDrills(
  drill: Pick<DrillRecord, 'drillId' | 'database' | 'startedAt'>,
  records: DrillRecord[],
  lastProven: DrillRecord | null = null,
): PastDrills {
  const isBefore = (other: DrillRecord) =>
    other.database === drill.database && other.drillId !== drill.drillId && other.startedAt < drill.startedAt;
  const before = records.filter(isBefore).sort(byStart);
  const proven = [...before, ...(lastProven !== null && isBefore(lastProven) ? [lastProven] : [])]
    .filter(({ verdict }) => verdict === 'PROVEN')
    .sort(byStart)
    .at(-1);
  return {
    drills: before.slice(-mostPastDrills).map(drillFacts),
    lastProven:
      proven === undefined
        ? null
        : { drillId: proven.drillId, startedAt: proven.startedAt, tables: proven.tables },
  };
}

const byStart = (a: DrillRecord, b: DrillRecord): number =>
  a.startedAt < b.startedAt ? -1 : a.startedAt > b.startedAt ? 1 : 0;
