import { longestGapSeconds } from '../time/cron-gap.ts';
import type { DatabaseConfig, ScheduleConfig } from './index.ts';

/**
 * After how long without a proven drill somebody must be told: the longest gap of the schedule, or the interval that
 * drills.yaml gives, plus grace. Null: no drills are scheduled, so none can be missed.
 */
export function overdueAfterSeconds(schedule: ScheduleConfig | null): number | null {
  if (schedule === null) return null;
  const gap = schedule.intervalSeconds ?? longestGapSeconds(schedule.cron);
  return gap === null ? null : gap + schedule.graceSeconds;
}

/** A backup job that runs a quarter of its interval late is late. */
const lateness = 1.25;

/**
 * How old the newest dump may be: what drills.yaml says, else what the interval of the backup job or the promised RPO
 * implies. Null: nobody said anything.
 */
export function dumpAgeLimitSeconds({
  source,
  objectives,
}: Pick<DatabaseConfig, 'source' | 'objectives'>): number | null {
  if (source.maxAgeSeconds !== null) return source.maxAgeSeconds;
  if (source.intervalSeconds !== null) return source.intervalSeconds * lateness;
  return objectives.rpoSeconds;
}
