import { daysInMonth } from './calendar.ts';
import type { Cron, DayRule } from './cron.ts';

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

function firesOn(rule: DayRule, date: Date): boolean {
  const day = date.getUTCDate();
  const weekday = date.getUTCDay() + 1;
  const lastDay = daysInMonth(date.getUTCFullYear(), date.getUTCMonth() + 1);
  switch (rule.kind) {
    case 'days of the month':
      return rule.days.includes(day);
    case 'last day of the month':
      return day === lastDay;
    case 'nearest weekday':
      return day === nearestWeekday(date, rule.day, lastDay);
    case 'nth weekday':
      return weekday === rule.weekday && Math.ceil(day / 7) === rule.nth;
    case 'weekdays':
      return rule.weekdays.includes(weekday) || (rule.lastOfTheMonth.includes(weekday) && day > lastDay - 7);
  }
}

/** The day of `3W`: the weekday nearest to the third, never in another month; null when the month has no such day. */
function nearestWeekday(date: Date, wanted: number, lastDay: number): number | null {
  if (wanted > lastDay) return null;
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === lastDay ? lastDay - 2 : wanted + 1;
  return wanted;
}
