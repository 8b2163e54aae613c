import { parseCron } from '../time/cron.ts';
import { longestGapSeconds } from '../time/cron-gap.ts';
import type { DatabaseConfig, ScheduleConfig } from './index.ts';

/**
 * The longest time that two drills may lie apart: the interval that drills.yaml gives, else what its cron says. Null:
 * the cron comes once or never, so nobody can tell.
 */
export function longestDrillGapSeconds({ intervalSeconds, cron }: ScheduleConfig): number | null {
  if (intervalSeconds !== null) return intervalSeconds;
  const known = gaps.get(cron);
  if (known !== undefined) return known;
  const parsed = parseCron(cron);
  const gap = 'cron' in parsed ? longestGapSeconds(parsed.cron) : null;
  gaps.set(cron, gap);
  return gap;
}

/** Nine years of days take some 4 ms, and 200 databases often have one cron. */
const gaps = new Map<string, number | null>();

/**
 * After how long without a proven drill somebody must be told: the longest gap between drills, plus grace, of the schedule
 * that comes most often. Null: no drills are scheduled, so none can be missed.
 */
export function overdueAfterSeconds(schedules: readonly ScheduleConfig[]): number | null {
  const limits = schedules.flatMap((schedule) => {
    const gap = longestDrillGapSeconds(schedule);
    return gap === null ? [] : [gap + schedule.graceSeconds];
  });
  return limits.length === 0 ? null : Math.min(...limits);
}

/** A backup job that runs a quarter of its interval late is late. */
const lateness = 1.25;

/**
 * How old the newest dump may be: what drills.yaml says, else what the interval of the backup job or the promised RPO
 * implies. Null: nobody said anything, and always of base backups whose own age nobody limits.
 */
export function dumpAgeLimitSeconds({
  source,
  objectives,
}: Pick<DatabaseConfig, 'source' | 'objectives'>): number | null {
  if (source.maxAgeSeconds !== null) return source.maxAgeSeconds;
  if (source.intervalSeconds !== null) return source.intervalSeconds * lateness;
  // What is lost of an archive is behind its WAL, however old the base backup is.
  return source.physical === null ? objectives.rpoSeconds : null;
}

/** Uploading a segment, and a job that gathers several, take their time. */
const archiveLatenessSeconds = 900;

/**
 * How old the newest archived WAL may be: what drills.yaml says, else what the promised RPO implies. Null: there is none, or
 * nobody promised anything, or commands bring it and nobody knows where it lies.
 */
export function archiveLagLimitSeconds({
  source: { physical },
  objectives: { rpoSeconds },
}: Pick<DatabaseConfig, 'source' | 'objectives'>): number | null {
  if (physical === null || physical.commands !== null) return null;
  return physical.maxLagSeconds ?? (rpoSeconds === null ? null : rpoSeconds + archiveLatenessSeconds);
}
