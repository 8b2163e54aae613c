import { formatMoment, formatSeconds } from '../../text/quantities.ts';
import { secondsBetween } from '../../time/spans.ts';
import type { DrillRecord } from '../drill-record.ts';
import { verdictReason } from '../report/wording.ts';
import { type AuditedDatabase, type AuditPeriod, drillsIn } from './audit-input.ts';
import { dueRuns } from './scheduled-runs.ts';

/** Something in a period that was not as it should be. */
export interface AuditException {
  database: string;
  at: string;
  kind:
    | 'not proven'
    | 'could not verify'
    | 'not carried out'
    | 'sandbox not confirmed gone'
    | 'restore declined';
  /** Null: no drill is about it. */
  drillId: string | null;
  what: string;
  /** How it ended, in a sentence. */
  ended: string;
  open: boolean;
}

/** All exceptions of a database in a period, with how each ended: by the next drill that proved it, or not yet. */
export function exceptionsOf(audited: AuditedDatabase, period: AuditPeriod): AuditException[] {
  const { database, records } = audited;
  const proofs = records
    .filter(({ verdict }) => verdict === 'PROVEN')
    .sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const missed = dueRuns(audited, period)
    // What was due a moment ago may still begin.
    .filter(({ drill, due }) => drill === null && secondsBetween(due, period.asOf) > 3600)
    .map(({ due }) => ({
      ...{ database, at: due, kind: 'not carried out' as const, drillId: null },
      what: 'A drill was due and none began before the next one was.',
      ...endOf(proofs, due, period),
    }));
  const drills = drillsIn(audited, period).flatMap((record) => ofDrill(record, proofs, period));
  return [...missed, ...drills].sort((a, b) => (a.at < b.at ? -1 : 1));
}

function ofDrill(record: DrillRecord, proofs: DrillRecord[], period: AuditPeriod): AuditException[] {
  const { database, startedAt: at, drillId, verdict, teardown, handOver, findings } = record;
  const of = { database, at, drillId };
  const declined = findings.find(({ code }) => code === 'RESTORE_DECLINED');
  return [
    ...(verdict === 'PROVEN'
      ? []
      : [
          {
            ...of,
            kind: verdict === 'NOT_PROVEN' ? ('not proven' as const) : ('could not verify' as const),
            what: verdictReason(record),
            ...endOf(proofs, at, period),
          },
        ]),
    ...(declined === undefined
      ? []
      : [
          {
            ...{ ...of, kind: 'restore declined' as const, what: declined.message },
            ...{ ended: 'By that decision: the restored database was removed.', open: false },
          },
        ]),
    ...(teardown.confirmed || handOver !== undefined
      ? []
      : [
          {
            ...of,
            kind: 'sandbox not confirmed gone' as const,
            what: teardown.detail,
            ended: 'The record does not say: the sweeper removes what outlives its lease.',
            open: true,
          },
        ]),
  ];
}

/** The next drill of the database that proved it. @param proofs the oldest first */
function endOf(
  proofs: DrillRecord[],
  at: string,
  { to, asOf }: AuditPeriod,
): Pick<AuditException, 'ended' | 'open'> {
  const proven = proofs.find(({ startedAt }) => startedAt > at);
  if (proven === undefined)
    return { ended: `Open: no drill has proven it by ${formatMoment(asOf)}.`, open: true };
  const after = formatSeconds(secondsBetween(at, proven.endedAt));
  const late = Date.parse(proven.startedAt) >= Date.parse(to) ? ', after the period' : '';
  return {
    ended: `Proven by ${proven.drillId} at ${formatMoment(proven.endedAt)}, ${after} later${late}.`,
    open: false,
  };
}
