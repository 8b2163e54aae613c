import { parseCron } from '../time/cron.ts';
import { cronRuns, nextRun } from '../time/cron-runs.ts';
import type { ScheduleConfig } from './schedule.ts';

type Scheduled = Pick<ScheduleConfig, 'cron' | 'timezone'>;

const read = (schedules: readonly Scheduled[]) =>
  schedules.flatMap(({ cron, timezone }) => {
    const parsed = parseCron(cron);
    return 'cron' in parsed ? [{ cron: parsed.cron, timezone }] : [];
  });

/** When the next drill of a database begins by its schedules, ISO 8601; null: none does within two years. */
export const nextScheduledRun = (schedules: readonly Scheduled[], after: string): string | null =>
  nextRun(read(schedules), after);

/** All moments at which drills begin by these schedules, from one moment on and before another, in their order. */
export function scheduledRuns(schedules: readonly Scheduled[], from: string, to: string): string[] {
  const moments = read(schedules).flatMap(({ cron, timezone }) => [...cronRuns(cron, timezone, from, to)]);
  return [...new Set(moments)].sort();
}
