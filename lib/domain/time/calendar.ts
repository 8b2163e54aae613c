/** A moment as a calendar and a clock on the wall say it. Months and days count from 1. */
export interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
  second: number;
  millisecond: number;
}

/** Days of a month in the proleptic Gregorian calendar. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/**
 * True when the day exists and the time of day is one that a clock shows: 23:59:60 is a leap second (strftime writes it),
 * 24:00:00 the end of the day in ISO 8601.
 */
export function isRealWallTime(wall: WallTime): boolean {
  return (
    wall.month >= 1 &&
    wall.month <= 12 &&
    wall.day >= 1 &&
    wall.day <= daysInMonth(wall.year, wall.month) &&
    (wall.hour <= 23 || (wall.hour === 24 && wall.minute === 0 && wall.second === 0)) &&
    wall.minute <= 59 &&
    (wall.second <= 59 || (wall.second === 60 && wall.minute === 59))
  );
}

/**
 * The moment, in milliseconds since 1970, at which clocks in `timezone` (IANA name) show `wall`. A time that a clock
 * change skips is read with the offset before the change; one that it repeats is the earlier of the two, because a
 * dump that is thought older than it is makes a loss look larger, never smaller.
 */
export function instantOf(wall: WallTime, timezone: string): number {
  const asUtc = Date.UTC(
    wall.year,
    wall.month - 1,
    wall.day,
    wall.hour,
    wall.minute,
    wall.second,
    wall.millisecond,
  );
  // An offset is under a day, so these two looks bracket any change of offset around the moment.
  const candidates = [
    asUtc - offsetMs(asUtc - 86_400_000, timezone),
    asUtc - offsetMs(asUtc + 86_400_000, timezone),
  ];
  const exact = candidates.filter((at) => at + offsetMs(at, timezone) === asUtc);
  return exact.length > 0 ? Math.min(...exact) : (candidates[0] ?? asUtc);
}

/**
 * Monday of a week of ISO 8601, whose first week holds 4 January; null when the year has no such week (53 in most).
 */
export function mondayOfWeek(
  weekYear: number,
  week: number,
): { year: number; month: number; day: number } | null {
  const fourth = new Date(Date.UTC(weekYear, 0, 4));
  const sinceMonday = (fourth.getUTCDay() + 6) % 7;
  const monday = new Date(Date.UTC(weekYear, 0, 4 - sinceMonday + (week - 1) * 7));
  const thursday = new Date(monday.getTime() + 3 * 86_400_000);
  if (week < 1 || thursday.getUTCFullYear() !== weekYear) return null;
  return { year: monday.getUTCFullYear(), month: monday.getUTCMonth() + 1, day: monday.getUTCDate() };
}

/** Adds whole months to a wall time's month, for the end of a period. */
export function startOfNextMonth(wall: WallTime): WallTime {
  return wall.month === 12
    ? { ...wall, year: wall.year + 1, month: 1, day: 1 }
    : { ...wall, month: wall.month + 1, day: 1 };
}

/** The day that calendars in `timezone` show at an instant, in milliseconds since 1970. */
export function dayAt(instant: number, timezone: string): Pick<WallTime, 'year' | 'month' | 'day'> {
  const shown = new Date(instant + offsetMs(instant, timezone));
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate() };
}

/**
 * The canonical spelling of an IANA timezone, or null when it is none. Bare offsets such as `+02:00` are refused:
 * EventBridge Scheduler takes names only.
 */
export function canonicalTimezone(name: string): string | null {
  if (!/^[A-Za-z]/.test(name)) return null;
  try {
    const resolved = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // A link (Asia/Calcutta) resolves to its target; the spelling given is then kept.
    return resolved.toLowerCase() === name.toLowerCase() ? resolved : name;
  } catch {
    return null;
  }
}

const formatters = new Map<string, Intl.DateTimeFormat>();

function offsetMs(instant: number, timezone: string): number {
  // Where most calendars are kept: the first formatter of a process takes 8 ms.
  if (timezone === 'UTC') return 0;
  let formatter = formatters.get(timezone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: timezone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formatters.set(timezone, formatter);
  }
  const part: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(instant)) part[type] = Number(value);
  const shown = Date.UTC(
    part.year ?? 0,
    (part.month ?? 1) - 1,
    part.day ?? 1,
    part.hour ?? 0,
    part.minute ?? 0,
    part.second ?? 0,
  );
  return shown - Math.floor(instant / 1000) * 1000;
}
