import { daysInMonth } from './calendar.ts';
import type { DayRule } from './cron.ts';

/** Whether a cron fires on a day, its months left aside. @param date a day of the wall calendar, as UTC */
export function firesOn(rule: DayRule, date: Date): boolean {
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
