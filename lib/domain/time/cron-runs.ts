import { dayAt, instantOf } from './calendar.ts';
import type { Cron } from './cron.ts';
import { firesOn } from './cron-days.ts';

const dayMs = 86_400_000;

/**
 * The moments at which a cron fires from one moment on and before another, as ISO 8601, in their order. A wall time that
 * the clocks skip or repeat counts once.
 *
 * @param from ISO 8601, included
 * @param to ISO 8601, excluded
 */
export function* cronRuns(cron: Cron, timezone: string, from: string, to: string): Generator<string> {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const months = new Set(cron.months);
  const years = new Set(cron.years);
  const first = dayAt(start, timezone);
  // A day more at either end: the day of the timezone may be another one than that of UTC.
  for (let day = Date.UTC(first.year, first.month - 1, first.day); day < end + dayMs; day += dayMs) {
    const date = new Date(day);
    const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + 1];
    if (!years.has(year) || !months.has(month) || !firesOn(cron.days, date)) continue;
    for (const hour of cron.hours)
      for (const minute of cron.minutes) {
        const wall = { year, month, day: date.getUTCDate(), hour, minute, second: 0, millisecond: 0 };
        const instant = instantOf(wall, timezone);
        if (instant >= start && instant < end) yield new Date(instant).toISOString();
      }
  }
}

/** The first moment after another at which one of some crons fires; null: none does within two years. */
export function nextRun(crons: { cron: Cron; timezone: string }[], after: string): string | null {
  const to = new Date(Date.parse(after) + 2 * 366 * dayMs).toISOString();
  const firsts = crons.flatMap(({ cron, timezone }) => {
    for (const run of cronRuns(cron, timezone, after, to)) if (run > after) return [run];
    return [];
  });
  return firsts.sort()[0] ?? null;
}
