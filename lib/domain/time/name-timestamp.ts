import {
  type NameTimestamp,
  readTimestampFields,
  swappedTimestampOf,
  type TimestampFields,
  type TimestampGroup,
  type TimestampPrecision,
  timestampOf,
  timestampPrecisions,
} from './timestamp-format.ts';
import { offsetSource } from './zones.ts';

/**
 * A regular expression's source for the forms of a moment that backup jobs commonly write, with the groups it fills:
 *
 * - a date `20261118`, `2026-11-18`, `2026_11_18` or `2026.11.18`;
 * - then, after nothing or one of `T _ - . space`, a time `020000`, `02-00-00`, `02:00:00`, `02_00_00`, `02.00.00`,
 *   `0200`, `02-00`, `02:00` or `02_00`, with milliseconds after `-`, `.` or `,`, or a time of a 12-hour clock with AM
 *   or PM, which may be an hour alone;
 * - then `Z`, an offset or an abbreviation of a zone that means one offset everywhere;
 * - or a week of ISO 8601: `2026-W48`, `2026W48`, `2026-W48-5`;
 * - or seconds (10 digits) or milliseconds (13 digits) since 1970, from 2017 on.
 *
 * Days before months before years (`18-11-2026`) are not recognised: nobody can tell them from months before days.
 */
export function commonTimestampSource(nextName: () => string): { source: string; groups: TimestampGroup[] } {
  const groups: TimestampGroup[] = [];
  const group = (token: string, source: string) => {
    const name = nextName();
    groups.push({ name, token });
    return `(?<${name}>${source})`;
  };
  const dateMark = nextName();
  const timeMark = nextName();
  const date = `${group('YYYY', '(?:19|20)\\d{2}')}(?<${dateMark}>[-_.]?)${group('MM', '\\d{2}')}\\k<${dateMark}>${group('DD', '\\d{2}')}`;
  const long = `${group('HH', '\\d{2}')}(?<${timeMark}>[-:_.]?)${group('mm', '\\d{2}')}\\k<${timeMark}>${group('ss', '\\d{2}')}(?:[-.,]${group('SSS', '\\d{3}')})?`;
  // A dot is no separator here: `20261118_15.18` is a day and a version, not 18 minutes past three.
  const short = `${group('HH', '\\d{2}')}[-:_]?${group('mm', '\\d{2}')}`;
  const half = `[-_. ]?${group('A', '[AaPp][Mm]')}(?![A-Za-z])`;
  const twelve = `${group('HH', '\\d{1,2}')}(?:[-:_.]?${group('mm', '\\d{2}')}(?:[-:_.]?${group('ss', '\\d{2}')})?)?${half}`;
  const zone = `(?:[-_. ]?(?:${group('Z', offsetSource)})(?![A-Za-z\\d]))?`;
  const week = `${group('GGGG', '(?:19|20)\\d{2}')}-?[Ww]${group('WW', '\\d{2}')}(?:-?${group('E', '[1-7]')})?`;
  const epoch = `${group('x', '(?:1[5-9]|[23]\\d)\\d{11}')}|${group('X', '(?:1[5-9]|[23]\\d)\\d{8}')}`;
  return {
    source: `(?:${date}(?:[T_\\-. ]?(?:${twelve}|${long}|${short})(?!\\d)${zone})?|${week}|${epoch})`,
    groups,
  };
}

/**
 * The moment that a file's base name speaks of, without any pattern; null when it names none, or names several that
 * contradict each other. The most precise wins.
 */
export function recogniseTimestamp(baseName: string, timezone = 'UTC'): NameTimestamp | null {
  return agreedOf(
    fieldsIn(baseName).flatMap((fields) => {
      const timestamp = timestampOf(fields, timezone) ?? timestampOf(dateOnly(fields), timezone);
      return timestamp === null ? [] : [timestamp];
    }),
  );
}

/**
 * The moment in a name that holds a day only when day and month are swapped, such as `2026-28-11`; null when there is
 * none. It tells that the job writes days before months, in names of other days too.
 */
export function recogniseSwappedTimestamp(baseName: string, timezone = 'UTC'): NameTimestamp | null {
  return agreedOf(
    fieldsIn(baseName).flatMap((fields) => {
      const timestamp =
        timestampOf(dateOnly(fields), timezone) === null ? swappedTimestampOf(fields, timezone) : null;
      return timestamp === null ? [] : [timestamp];
    }),
  );
}

function fieldsIn(baseName: string): TimestampFields[] {
  const { source, groups } = commonTimestampSource(counter());
  return [...baseName.matchAll(new RegExp(`(?<!\\d)${source}(?!\\d)`, 'g'))].map((match) =>
    readTimestampFields(groups, match.groups ?? {}),
  );
}

function agreedOf(found: NameTimestamp[]): NameTimestamp | null {
  const best = found.sort((a, b) => fineness(b.precision) - fineness(a.precision))[0];
  if (best === undefined) return null;
  const contradicted = found.some((other) => other.startsAt > best.startsAt || other.endsAt < best.endsAt);
  return contradicted ? null : best;
}

/** Names of groups that are unique within one regular expression. */
export function counter(): () => string {
  let count = 0;
  return () => `g${count++}`;
}

function dateOnly({ year, month, day, weekYear, week, epochMs }: TimestampFields): TimestampFields {
  return {
    ...(year === undefined ? {} : { year }),
    ...(month === undefined ? {} : { month }),
    ...(day === undefined ? {} : { day }),
    ...(weekYear === undefined ? {} : { weekYear }),
    ...(week === undefined ? {} : { week }),
    ...(epochMs === undefined ? {} : { epochMs }),
  };
}

function fineness(precision: TimestampPrecision): number {
  return timestampPrecisions.indexOf(precision);
}
