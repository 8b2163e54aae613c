import { instantOf, isRealWallTime, mondayOfWeek, startOfNextMonth, type WallTime } from './calendar.ts';
import { offsetMinutesOf, offsetSource } from './zones.ts';

/** How exactly a name tells its moment, coarsest first. */
export const timestampPrecisions = [
  'year',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
] as const;
export type TimestampPrecision = (typeof timestampPrecisions)[number];

/**
 * The moment a name speaks of, as a period: a name that gives only a day says that its dump was made between the
 * start and the end of that day. ISO 8601 in UTC; `endsAt` is exclusive.
 */
export interface NameTimestamp {
  startsAt: string;
  endsAt: string;
  precision: TimestampPrecision;
}

/** What the digits of one or several timestamp pieces say, before it is known whether such a moment exists. */
export type TimestampFields = Partial<WallTime> & {
  offsetMinutes?: number;
  epochMs?: number;
  /** Year, number and day (1: Monday) of a week of ISO 8601. */
  weekYear?: number;
  week?: number;
  weekday?: number;
};

/** One group of a compiled format and the field it fills. */
export interface TimestampGroup {
  name: string;
  token: string;
}

type CompiledFormat = { source: string; groups: TimestampGroup[] } | { problem: string; hint: string };

const tokenSources: Record<string, string> = {
  YYYY: '\\d{4}',
  YY: '\\d{2}',
  MMM: '[A-Za-z]{3}',
  MM: '\\d{2}',
  DD: '\\d{2}',
  HH: '\\d{2}',
  hh: '\\d{2}',
  A: '[AaPp][Mm]',
  mm: '\\d{2}',
  ss: '\\d{2}',
  SSS: '\\d{3}',
  X: '\\d{9,11}',
  x: '\\d{12,14}',
  Z: offsetSource,
  GGGG: '\\d{4}',
  WW: '\\d{2}',
};

/** Tokens of a timestamp format, for hints and documentation. */
const timestampTokens = Object.keys(tokenSources).join(' ');

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/**
 * Turns a format such as `YYYYMMDDTHHmmssZ` into a regular expression's source with named groups. Letters that are no
 * token are refused, but for the `T` of ISO 8601; `[text]` stands for itself. `nextName` gives names of groups.
 */
export function compileTimestampFormat(format: string, nextName: () => string): CompiledFormat {
  const groups: TimestampGroup[] = [];
  let source = '';
  for (const [piece] of format.matchAll(/\[[^\]]*\]|YYYY|YY|MMM|MM|DD|HH|hh|mm|ss|SSS|GGGG|WW|[\s\S]/g)) {
    const token = tokenSources[piece];
    if (token !== undefined) {
      const name = nextName();
      groups.push({ name, token: piece });
      source += `(?<${name}>${token})`;
    } else if (piece.startsWith('[')) source += escapeForRegExp(piece.slice(1, -1));
    else if (/[A-Za-z]/.test(piece) && piece !== 'T') {
      return {
        problem: `"${piece}" in the timestamp format "${format}" has no meaning`,
        hint: `use ${timestampTokens}, and [text] for letters that stand for themselves`,
      };
    } else source += escapeForRegExp(piece);
  }
  if (groups.length === 0) {
    return {
      problem: `the timestamp format "${format}" holds no date or time`,
      hint: `use ${timestampTokens}`,
    };
  }
  return { source, groups };
}

/** Why a set of tokens cannot tell a moment (`YYYYmmDD` has minutes where the month should be); null when it can. */
export function gapInTokens(tokens: ReadonlySet<string>): string | null {
  if (tokens.has('X') || tokens.has('x')) return null;
  const has = (...names: string[]) => names.some((name) => tokens.has(name));
  if (has('hh') !== has('A')) return 'a clock of twelve hours needs both hh and A (AM or PM)';
  if (has('GGGG') !== has('WW')) return 'a week needs both its year (GGGG) and its number (WW)';
  if (has('WW')) return null;
  const order: [string, boolean][] = [
    ['year (YYYY)', has('YYYY', 'YY')],
    ['month (MM)', has('MM', 'MMM')],
    ['day (DD)', has('DD')],
    ['hour (HH)', has('HH', 'hh')],
    ['minute (mm)', has('mm')],
    ['second (ss)', has('ss')],
    ['millisecond (SSS)', has('SSS')],
  ];
  for (const [index, [name, present]] of order.entries()) {
    const finer = order.slice(index + 1).find(([, there]) => there);
    if (!present && finer !== undefined) return `it has a ${finer[0]} but no ${name}`;
  }
  return has('YYYY', 'YY') ? null : 'it has no year (YYYY)';
}

/** What the captured text of the groups says. */
export function readTimestampFields(
  groups: readonly TimestampGroup[],
  captured: Record<string, string | undefined>,
): TimestampFields {
  const fields: TimestampFields = {};
  let halfOfDay: string | null = null;
  for (const { name, token } of groups) {
    const text = captured[name];
    if (text === undefined) continue;
    const value = Number(text);
    if (token === 'YYYY') fields.year = value;
    else if (token === 'YY') fields.year = 2000 + value;
    else if (token === 'MMM') fields.month = monthNames.indexOf(text.toLowerCase()) + 1;
    else if (token === 'MM') fields.month = value;
    else if (token === 'DD') fields.day = value;
    else if (token === 'HH' || token === 'hh') fields.hour = value;
    else if (token === 'A') halfOfDay = text.toLowerCase();
    else if (token === 'mm') fields.minute = value;
    else if (token === 'ss') fields.second = value;
    else if (token === 'SSS') fields.millisecond = value;
    else if (token === 'X') fields.epochMs = value * 1000;
    else if (token === 'x') fields.epochMs = value;
    else if (token === 'GGGG') fields.weekYear = value;
    else if (token === 'WW') fields.week = value;
    else if (token === 'E') fields.weekday = value;
    else fields.offsetMinutes = offsetMinutesOf(text) ?? 0;
  }
  if (halfOfDay !== null && fields.hour !== undefined) fields.hour = hourOfDay(fields.hour, halfOfDay);
  return fields;
}

/**
 * Twelve o'clock in the morning is midnight. `14 PM` is what a script writes that puts AM or PM behind a 24-hour clock;
 * what fits no clock gives an hour that none shows.
 */
function hourOfDay(hour: number, halfOfDay: string): number {
  if (halfOfDay === 'am') return hour === 12 ? 0 : hour < 12 ? hour : 99;
  return hour >= 12 ? hour : hour + 12;
}

/** The period that fields speak of, or null when there is no such day or time of day. */
export function timestampOf(fields: TimestampFields, timezone: string): NameTimestamp | null {
  if (fields.epochMs !== undefined) {
    return period(
      fields.epochMs,
      fields.epochMs + (fields.epochMs % 1000 === 0 ? 1000 : 1),
      fields.epochMs % 1000 === 0 ? 'second' : 'millisecond',
    );
  }
  const day = dayOf(fields);
  if (day === null) return null;
  const wall: WallTime = {
    ...day,
    hour: fields.hour ?? 0,
    minute: fields.minute ?? 0,
    second: fields.second ?? 0,
    millisecond: fields.millisecond ?? 0,
  };
  if (!isRealWallTime(wall)) return null;
  const instant = (at: WallTime) =>
    fields.offsetMinutes === undefined
      ? instantOf(at, timezone)
      : instantOf(at, 'UTC') - fields.offsetMinutes * 60_000;
  const start = instant(wall);
  const precision = precisionOf(fields);
  const fixedLengthMs = { hour: 3_600_000, minute: 60_000, second: 1000, millisecond: 1 };
  if (precision === 'year') return period(start, instant({ ...wall, year: wall.year + 1 }), precision);
  if (precision === 'month') return period(start, instant(startOfNextMonth(wall)), precision);
  if (precision === 'week') return period(start, instant(daysLater(wall, 7)), precision);
  if (precision === 'day') return period(start, instant(daysLater(wall, 1)), precision);
  return period(start, start + fixedLengthMs[precision], precision);
}

/** What fields speak of with day and month the other way round; null where that is no day either. */
export function swappedTimestampOf(fields: TimestampFields, timezone: string): NameTimestamp | null {
  const { month, day } = fields;
  return month === undefined || day === undefined
    ? null
    : timestampOf({ ...fields, month: day, day: month }, timezone);
}

/** Escapes what has a meaning in a regular expression. */
export function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** First day of what the fields speak of; null when they name no year, or a week that the year has not. */
function dayOf(fields: TimestampFields): Pick<WallTime, 'year' | 'month' | 'day'> | null {
  const { year, month, day, weekYear, week, weekday } = fields;
  if (year !== undefined) return { year, month: month ?? 1, day: day ?? 1 };
  if (weekYear === undefined || week === undefined) return null;
  const monday = mondayOfWeek(weekYear, week);
  return monday === null ? null : daysLater(monday, (weekday ?? 1) - 1);
}

function daysLater<Day extends Pick<WallTime, 'year' | 'month' | 'day'>>(wall: Day, days: number): Day {
  const next = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + days));
  return { ...wall, year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() };
}

function precisionOf(fields: TimestampFields): TimestampPrecision {
  const finestFirst = ['millisecond', 'second', 'minute', 'hour', 'day', 'month'] as const;
  const inWeek = fields.weekday === undefined ? 'week' : 'day';
  return (
    finestFirst.find((name) => fields[name] !== undefined) ?? (fields.year === undefined ? inWeek : 'year')
  );
}

function period(startMs: number, endMs: number, precision: TimestampPrecision): NameTimestamp {
  return {
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    precision,
  };
}
