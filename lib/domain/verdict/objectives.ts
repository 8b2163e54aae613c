/** Measured against promised: RTO and RPO (docs/architecture.md, "What is measured"). All moments ISO 8601. */
import { type Finding, finding } from '../findings/findings.ts';
import { inWords, secondsBetween } from '../time/spans.ts';

interface MeasuredRto {
  targetSeconds: number | null;
  /** From the go decision to the end of the last check, null when no check passed. */
  actualSeconds: number | null;
}

/** RTO starts at the go decision and ends when the last check passed; a wait that a real restore has not is left out. */
export function measureRto(input: {
  startedAt: string;
  lastCheckPassedAt: string | null;
  /** Seconds that a drill waits and a real restore does not. */
  waitedSeconds: number;
  targetSeconds: number | null;
}): { rto: MeasuredRto; findings: Finding[] } {
  const { startedAt, lastCheckPassedAt, waitedSeconds, targetSeconds } = input;
  const actualSeconds =
    lastCheckPassedAt === null
      ? null
      : Math.max(0, secondsBetween(startedAt, lastCheckPassedAt) - waitedSeconds);
  const missed = targetSeconds !== null && actualSeconds !== null && actualSeconds > targetSeconds;
  return {
    rto: { targetSeconds, actualSeconds },
    findings: missed
      ? [
          finding(
            'RTO_MISSED',
            `the restore took ${inWords(actualSeconds)}; the objective is ${inWords(targetSeconds)}`,
          ),
        ]
      : [],
  };
}

interface MeasuredRpo {
  targetSeconds: number | null;
  actualSeconds: number | null;
  dumpPoint: string | null;
  uploadEnd: string | null;
  newestRow: string | null;
  worstCaseSeconds: number | null;
}

/**
 * RPO is three instants, never one: the dump's consistency point, the end of its upload and the newest business row
 * in the restored data. What would be lost is everything since the earliest thing we can prove: the newest row when
 * a freshness check found one, else the dump's own point.
 *
 * `asOf` is the moment of the imagined disaster: now, `--at`, or – for a dump that was asked for by name – the dump's
 * own moment, because its age today says nothing about the backup job.
 */
export function measureRpo(input: {
  asOf: string;
  dumpPoint: string | null;
  uploadEnd: string | null;
  newestRow: string | null;
  targetSeconds: number | null;
  /** Seconds between two dumps by the schedule or by their names; null when not known. */
  intervalSeconds: number | null;
}): { rpo: MeasuredRpo; findings: Finding[] } {
  const { asOf, dumpPoint, uploadEnd, newestRow, targetSeconds, intervalSeconds } = input;
  // A dump held against its own moment says nothing of what would be lost.
  const point = newestRow ?? (dumpPoint === asOf ? null : dumpPoint);
  const actualSeconds = point === null ? null : Math.max(0, secondsBetween(point, asOf));
  const missed = targetSeconds !== null && actualSeconds !== null && actualSeconds > targetSeconds;
  const transferSeconds = dumpPoint === null || uploadEnd === null ? 0 : secondsBetween(dumpPoint, uploadEnd);
  // An upload that ended later than the next dump was due is that of a copy: its time says nothing about the job.
  const credibleSeconds =
    transferSeconds < 0 || transferSeconds > (intervalSeconds ?? 0) ? 0 : transferSeconds;
  return {
    rpo: {
      targetSeconds,
      actualSeconds,
      dumpPoint,
      uploadEnd,
      newestRow,
      worstCaseSeconds: intervalSeconds === null ? null : intervalSeconds + credibleSeconds,
    },
    findings: missed
      ? [
          finding(
            'RPO_MISSED',
            `${inWords(actualSeconds)} would have been lost as of ${asOf}; the objective is ${inWords(targetSeconds)}`,
          ),
        ]
      : [],
  };
}
