import type { DrillRecord } from '../drill-record.ts';

/** One database in a period. */
export interface AuditedDatabase {
  database: string;
  /** All that are known, in any order: those after the period too, which tell how an exception ended. */
  records: DrillRecord[];
  /** Moments in the period at which drills were due, ISO 8601, in their order; null: nobody knows. */
  due: string[] | null;
}

/** A period, from one moment on and before another, ISO 8601. */
export interface AuditPeriod {
  from: string;
  to: string;
  /** When the export was made. */
  asOf: string;
}

/** The last day that belongs to a period, as people write it: `2026-09-30`. */
export const lastDayOf = ({ to }: Pick<AuditPeriod, 'to'>): string =>
  new Date(Date.parse(to) - 1).toISOString().slice(0, 10);

/** Drills of a database that began in the period, the oldest first. */
export const drillsIn = (
  { records }: Pick<AuditedDatabase, 'records'>,
  { from, to }: Pick<AuditPeriod, 'from' | 'to'>,
): DrillRecord[] =>
  records
    .filter(
      ({ startedAt }) => Date.parse(startedAt) >= Date.parse(from) && Date.parse(startedAt) < Date.parse(to),
    )
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));

/** What became of a real restore, and whose decision that was; null: none was asked for, or the record does not say. */
export function decisionOf({ mode, handOver, findings, people }: DrillRecord): {
  decision: 'approved' | 'declined' | null;
  by: string | null;
} {
  if (mode !== 'restore') return { decision: null, by: null };
  const declined = findings.some(({ code }) => code === 'RESTORE_DECLINED');
  const decision = declined ? 'declined' : handOver === undefined ? null : 'approved';
  return { decision, by: people?.approver?.name ?? null };
}
