import { instantOf, isRealWallTime, startOfNextMonth, type WallTime } from './calendar.ts';

/** How exactly a name tells its moment. */
export type TimestampPrecision = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'millisecond';

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
export type TimestampFields = Partial<WallTime> & { offsetMinutes?: number; epochMs?: number };

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
  mm: '\\d{2}',
  ss: '\\d{2}',
  SSS: '\\d{3}',
  X: '\\d{9,11}',
  x: '\\d{12,14}',
  Z: 'Z|[+-]\\d{2}:?\\d{2}',
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
  for (const [piece] of format.matchAll(/\[[^\]]*\]|YYYY|YY|MMM|MM|DD|HH|mm|ss|SSS|[\s\S]/g)) {
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
  const order: [string, boolean][] = [
    ['year (YYYY)', has('YYYY', 'YY')],
    ['month (MM)', has('MM', 'MMM')],
    ['day (DD)', has('DD')],
    ['hour (HH)', has('HH')],
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
  for (const { name, token } of groups) {
    const text = captured[name];
    if (text === undefined) continue;
    const value = Number(text);
    if (token === 'YYYY') fields.year = value;
    else if (token === 'YY') fields.year = 2000 + value;
    else if (token === 'MMM') fields.month = monthNames.indexOf(text.toLowerCase()) + 1;
    else if (token === 'MM') fields.month = value;
    else if (token === 'DD') fields.day = value;
    else if (token === 'HH') fields.hour = value;
    else if (token === 'mm') fields.minute = value;
    else if (token === 'ss') fields.second = value;
    else if (token === 'SSS') fields.millisecond = value;
    else if (token === 'X') fields.epochMs = value * 1000;
    else if (token === 'x') fields.epochMs = value;
    else fields.offsetMinutes = readOffset(text);
  }
  return fields;
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
  if (fields.year === undefined) return null;
  const wall: WallTime = {
    year: fields.year,
    month: fields.month ?? 1,
    day: fields.day ?? 1,
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
  if (precision === 'day') return period(start, instant(nextDay(wall)), precision);
  return period(start, start + fixedLengthMs[precision], precision);
}

/** Escapes what has a meaning in a regular expression. */
export function escapeForRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function nextDay(wall: WallTime): WallTime {
  const next = new Date(Date.UTC(wall.year, wall.month - 1, wall.day + 1));
  return { ...wall, year: next.getUTCFullYear(), month: next.getUTCMonth() + 1, day: next.getUTCDate() };
}

function precisionOf(fields: TimestampFields): TimestampPrecision {
  const finestFirst = ['millisecond', 'second', 'minute', 'hour', 'day', 'month'] as const;
  return finestFirst.find((name) => fields[name] !== undefined) ?? 'year';
}

function period(startMs: number, endMs: number, precision: TimestampPrecision): NameTimestamp {
  return {
    startsAt: new Date(startMs).toISOString(),
    endsAt: new Date(endMs).toISOString(),
    precision,
  };
}

function readOffset(text: string): number {
  if (text === 'Z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  return text.startsWith('-') ? -minutes : minutes;
}
