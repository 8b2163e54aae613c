import { DrillError } from '../findings/errors.ts';
import { commonTimestampSource, counter } from '../time/name-timestamp.ts';
import {
  compileTimestampFormat,
  escapeForRegExp,
  gapInTokens,
  type NameTimestamp,
  readTimestampFields,
  swappedTimestampOf,
  type TimestampFields,
  type TimestampGroup,
  timestampOf,
} from '../time/timestamp-format.ts';

/** A pattern for the names of dumps, ready to match. */
export interface DumpPattern {
  /** As written in drills.yaml. */
  text: string;
  expression: RegExp;
  /** Groups of each timestamp piece, in order. */
  pieces: TimestampGroup[][];
}

/** What a pattern says of one name. */
type DumpNameMatch =
  | { kind: 'match'; timestamp: NameTimestamp | null }
  /** The name fits, but two of its timestamps speak of different moments. */
  | { kind: 'contradiction'; reason: string }
  /** The name fits, but holds a day only with day and month swapped. */
  | { kind: 'swapped'; timestamp: NameTimestamp }
  | { kind: 'no match' };

/**
 * Reads a pattern such as `{timestamp:YYYYMMDD}/postgres-all-{timestamp:YYYYMMDD-HHmmss}.sql.gz`.
 *
 * `*` stands for anything within one folder, `**` for anything across folders (before a slash also for no folder),
 * `{timestamp:FORMAT}` for a moment, `{timestamp}` alone for any of the common forms (see name-timestamp.ts).
 * Everything else stands for itself. A trailing `/` is allowed for directory dumps.
 */
export function parseDumpPattern(text: string): { pattern: DumpPattern } | { problem: string; hint: string } {
  const nextName = counter();
  const pieces: TimestampGroup[][] = [];
  const tokens = new Set<string>();
  const parts = [...text.replace(/\/$/, '').matchAll(/\{[^}]*\}?|\*\*\/|\*\*|\*|[^{*]+/g)].map(
    ([part]) => part,
  );
  let source = '';
  for (const [index, part] of parts.entries()) {
    if (part === '**/') source += '(?:.*/)?';
    else if (part === '**') source += '.*';
    else if (part === '*') source += '[^/]*';
    else if (!part.startsWith('{')) source += escapeForRegExp(part);
    else {
      const written = /^\{timestamp(?::([^}]+))?\}$/.exec(part);
      if (written === null) {
        return {
          problem: `"${part}" in the pattern "${text}" is not known`,
          hint: 'write {timestamp}, or {timestamp:FORMAT} with a format such as YYYYMMDDTHHmmssZ',
        };
      }
      const format = written[1];
      const compiled =
        format === undefined ? commonTimestampSource(nextName) : compileTimestampFormat(format, nextName);
      if ('problem' in compiled) return compiled;
      for (const { token } of compiled.groups) tokens.add(format === undefined ? 'YYYY' : token);
      pieces.push(compiled.groups);
      source += withinDigits(compiled.source, parts[index - 1], parts[index + 1]);
    }
  }
  if (source === '') return { problem: 'the pattern is empty', hint: 'leave it out to take any dump' };
  const gap = pieces.length === 0 ? null : gapInTokens(tokens);
  if (gap !== null) {
    return {
      problem: `the timestamp of the pattern "${text}" tells no moment: ${gap}`,
      hint: 'MM is the month, mm the minute',
    };
  }
  return { pattern: { text, expression: new RegExp(`^${source}$`, 's'), pieces } };
}

/**
 * A pattern that was checked before, e.g. by parseConfig.
 * @throws DrillError CONFIG_INVALID when it cannot be read all the same
 */
export function trustedDumpPattern(text: string): DumpPattern {
  const parsed = parseDumpPattern(text);
  if ('problem' in parsed) throw new DrillError('CONFIG_INVALID', parsed.problem, { hint: parsed.hint });
  return parsed.pattern;
}

/**
 * Matches a name against a pattern. The fields of all timestamp pieces are put together, so that the most precise
 * counts; pieces that disagree are a contradiction, and a day that no calendar has is no match.
 *
 * @param name key relative to the source's prefix; a directory dump's without its final slash
 * @param timezone IANA name; used when the format carries no offset
 */
export function matchDumpName(pattern: DumpPattern, name: string, timezone = 'UTC'): DumpNameMatch {
  const match = pattern.expression.exec(name.replace(/\/$/, ''));
  if (match === null) return { kind: 'no match' };
  if (pattern.pieces.length === 0) return { kind: 'match', timestamp: null };
  const together: TimestampFields = {};
  const anyYear = { year: 2000, month: 1, day: 1 };
  let swapped = false;
  for (const groups of pattern.pieces) {
    const fields = readTimestampFields(groups, match.groups ?? {});
    if (timestampOf({ ...anyYear, ...fields }, timezone) === null) {
      swapped = swappedTimestampOf({ ...anyYear, ...fields }, timezone) !== null;
      if (!swapped) return { kind: 'no match' };
    }
    for (const [field, value] of Object.entries(fields) as [keyof TimestampFields, number][]) {
      const earlier = together[field];
      if (earlier !== undefined && earlier !== value) {
        return {
          kind: 'contradiction',
          reason: `its timestamps contradict each other (${field} ${earlier} and ${value})`,
        };
      }
      together[field] = value;
    }
  }
  if (swapped) {
    const timestamp = swappedTimestampOf(together, timezone);
    return timestamp === null ? { kind: 'no match' } : { kind: 'swapped', timestamp };
  }
  const timestamp = timestampOf(together, timezone);
  return timestamp === null ? { kind: 'no match' } : { kind: 'match', timestamp };
}

/** Keeps a timestamp beside a wildcard from starting or ending in the middle of a longer number. */
function withinDigits(source: string, before: string | undefined, after: string | undefined): string {
  const lookBehind = before?.startsWith('*') ? '(?<!\\d)' : '';
  const lookAhead = after?.startsWith('*') ? '(?!\\d)' : '';
  return `${lookBehind}${source}${lookAhead}`;
}
