import type { Cron } from './cron.ts';
import { firesOn } from './cron-days.ts';

/** From a fixed day, so that the same drills.yaml always makes the same template. Nine years hold two 29 February. */
const firstYear = 2026;
const years = 9;
const daySeconds = 86_400;
/** Timezones are left out: a change of the clocks moves a run by this much, which is added. */
const clockChangeSeconds = 3600;

/** Longest time between two neighbouring runs of a cron, in seconds; null when there are fewer than two. */
export function longestGapSeconds(cron: Cron): number | null {
  const timesSeconds = cron.hours.flatMap((hour) => cron.minutes.map((minute) => hour * 3600 + minute * 60));
  const months = new Set(cron.months);
  const inYears = new Set(cron.years);
  const end = Date.UTC(firstYear + years, 0, 1);
  let previous: number | null = null;
  let longest: number | null = null;
  for (let day = Date.UTC(firstYear, 0, 1); day < end; day += daySeconds * 1000) {
    const date = new Date(day);
    const runs =
      inYears.has(date.getUTCFullYear()) && months.has(date.getUTCMonth() + 1) && firesOn(cron.days, date);
    if (!runs) continue;
    for (const time of timesSeconds) {
      const moment = day / 1000 + time;
      if (previous !== null) longest = Math.max(longest ?? 0, moment - previous);
      previous = moment;
    }
  }
  return longest === null ? null : longest + clockChangeSeconds;
}
