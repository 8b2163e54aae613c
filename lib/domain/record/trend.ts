import type { DrillPhase } from '../drill/facts.ts';
import { type Finding, finding } from '../findings/findings.ts';
import { formatSeconds } from '../text/quantities.ts';
import type { DrillRecord } from './drill-record.ts';

/**
 * A recovery is called slower when it took more than 1.5 times as long as in the last proven drill and more than 30 s
 * longer. The factor leaves room for a busy machine, the seconds for databases that restore in a moment.
 */
const slowerFactor = 1.5;
const slowerSeconds = 30;

type Proven = Pick<DrillRecord, 'rto' | 'startedAt'>;

/**
 * RTO_SLOWER when a recovery took much longer than that of the last proven drill of the same database.
 * @param actualSeconds this recovery's time; null when it was not measured
 */
export function rtoTrend(actualSeconds: number | null, lastProven: Proven | null): Finding[] {
  const before = lastProven?.rto.actualSeconds ?? null;
  if (actualSeconds === null || before === null || lastProven === null) return [];
  const slower = actualSeconds > before * slowerFactor && actualSeconds - before > slowerSeconds;
  if (!slower) return [];
  const day = lastProven.startedAt.slice(0, 10);
  const took = `the recovery took ${formatSeconds(actualSeconds)}`;
  return [finding('RTO_SLOWER', `${took}; in the proven drill of ${day} it took ${formatSeconds(before)}`)];
}

interface PhaseSpeed {
  name: string;
  seconds: number;
  /** Null when the phase moved no bytes that were counted, or took no measurable time. */
  bytesPerSecond: number | null;
  rowsPerSecond: number | null;
}

/** How fast each phase was, in the order of the record. */
export function phaseSpeeds(phases: DrillPhase[]): PhaseSpeed[] {
  const speed = (amount: number | undefined, seconds: number) =>
    amount === undefined || seconds <= 0 ? null : amount / seconds;
  return phases.map(({ name, seconds, bytes, rows }) => ({
    name,
    seconds,
    bytesPerSecond: speed(bytes, seconds),
    rowsPerSecond: speed(rows, seconds),
  }));
}
