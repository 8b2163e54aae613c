import { dayAt, daysInMonth, instantOf } from './calendar.ts';
import type { NameTimestamp } from './timestamp-format.ts';

/**
 * The same moment with day and month the other way round, as a job writes it whose format has them swapped
 * (`YYYYDDMM`): what `20260511` says when it stands for 5 November. Null where that is no day, or the same one.
 */
export function swappedDay(timestamp: NameTimestamp, timezone: string): NameTimestamp | null {
  const start = Date.parse(timestamp.startsAt);
  const { year, month, day } = dayAt(start, timezone);
  const known =
    timestamp.precision !== 'year' && timestamp.precision !== 'month' && timestamp.precision !== 'week';
  if (!known || day === month || day > 12 || month > daysInMonth(year, day)) return null;
  const midnight = (wall: { month: number; day: number }) =>
    instantOf({ year, ...wall, hour: 0, minute: 0, second: 0, millisecond: 0 }, timezone);
  const shift = midnight({ month: day, day: month }) - midnight({ month, day });
  return {
    ...timestamp,
    startsAt: new Date(start + shift).toISOString(),
    endsAt: new Date(Date.parse(timestamp.endsAt) + shift).toISOString(),
  };
}
