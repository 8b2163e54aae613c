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

/** Fewer records than this say nothing about growth. */
export const forecastRecords = 3;
/** Further ahead than this a straight line is not believed: 3 years. */
export const forecastDays = 3 * 365;
/** Below this share of the variation explained by the line (R²), records scatter too much for a date. */
const forecastFit = 0.5;

/** When the recovery time will exceed its objective if it goes on growing as it did. An estimate, and says how good. */
type RtoForecast =
  | { outcome: 'too few records'; records: number }
  | { outcome: 'already exceeded'; records: number }
  | { outcome: 'not growing'; records: number; secondsPerDay: number }
  | { outcome: 'no clear trend'; records: number; fit: number }
  | { outcome: 'not within the horizon'; records: number; secondsPerDay: number; fit: number }
  | { outcome: 'exceeds'; records: number; secondsPerDay: number; fit: number; at: string };

type Measured = Pick<DrillRecord, 'verdict' | 'startedAt' | 'rto'>;

/**
 * Least squares through recovery time over start time of the proven records, in any order. Only PROVEN records count: a failed
 * recovery's time is no recovery time.
 * @param targetSeconds the objective
 */
export function forecastRto(records: Measured[], targetSeconds: number): RtoForecast {
  const points = records
    .filter((record) => record.verdict === 'PROVEN')
    .flatMap(({ startedAt, rto }) =>
      rto.actualSeconds === null
        ? []
        : [{ day: Date.parse(startedAt) / 86_400_000, seconds: rto.actualSeconds }],
    )
    .filter((point) => Number.isFinite(point.day))
    .sort((a, b) => a.day - b.day);
  const count = points.length;
  const last = points.at(-1);
  if (last !== undefined && last.seconds > targetSeconds)
    return { outcome: 'already exceeded', records: count };
  if (last === undefined || new Set(points.map((point) => point.day)).size < forecastRecords) {
    return { outcome: 'too few records', records: count };
  }
  const { slope, fit, at } = straightLine(points);
  if (slope <= 0) return { outcome: 'not growing', records: count, secondsPerDay: slope };
  if (fit < forecastFit) return { outcome: 'no clear trend', records: count, fit };
  const days = Math.max(0, (targetSeconds - at(last.day)) / slope);
  if (days > forecastDays)
    return { outcome: 'not within the horizon', records: count, secondsPerDay: slope, fit };
  const exceedsAt = new Date((last.day + days) * 86_400_000).toISOString();
  return { outcome: 'exceeds', records: count, secondsPerDay: slope, fit, at: exceedsAt };
}

function straightLine(points: { day: number; seconds: number }[]) {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanDay = mean(points.map((point) => point.day));
  const meanSeconds = mean(points.map((point) => point.seconds));
  const spread = (a: (p: (typeof points)[number]) => number, b: typeof a) =>
    points.reduce((sum, point) => sum + a(point) * b(point), 0);
  const day = (point: { day: number }) => point.day - meanDay;
  const seconds = (point: { seconds: number }) => point.seconds - meanSeconds;
  const slope = spread(day, seconds) / spread(day, day);
  const total = spread(seconds, seconds);
  const fit = total === 0 ? 1 : spread(day, seconds) ** 2 / (spread(day, day) * total);
  return { slope, fit, at: (when: number) => meanSeconds + slope * (when - meanDay) };
}
