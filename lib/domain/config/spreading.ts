import type { DatabaseConfig, ScheduleConfig } from './index.ts';
import { longestDrillGapSeconds } from './overdue.ts';

/** Minutes between two drills of one moment, on average: an account takes a few new servers and tasks a minute, not 200. */
const minutesApart = 3;
/** Nobody who wrote "3 o'clock" expects the afternoon. */
const longestWindowMinutes = 240;
/** A window is a small part of the time between two drills, so that they keep their order. */
const shareOfGap = 24;

/**
 * Within how many minutes after its moment a drill of this schedule is started, so that databases with the same cron do
 * not start all at once. 0: at its moment, because it is alone. Never more than half the grace, so that spreading makes
 * none overdue.
 */
export function spreadMinutes(
  databases: Record<string, Pick<DatabaseConfig, 'schedules'>>,
): (schedule: ScheduleConfig) => number {
  const together = new Map<string, number>();
  for (const schedule of Object.values(databases).flatMap(({ schedules }) => schedules))
    together.set(momentOf(schedule), (together.get(momentOf(schedule)) ?? 0) + 1);
  return (schedule) => {
    const count = together.get(momentOf(schedule)) ?? 1;
    return count === 1 ? 0 : windowOf(schedule, count);
  };
}

function windowOf(schedule: ScheduleConfig, count: number): number {
  const gapMinutes = (longestDrillGapSeconds(schedule) ?? 0) / 60;
  return Math.floor(
    Math.min(
      longestWindowMinutes,
      count * minutesApart,
      schedule.graceSeconds / 60 / 2,
      gapMinutes / shareOfGap,
    ),
  );
}

const momentOf = ({ cron, timezone }: ScheduleConfig): string => `${cron} ${timezone}`;
