/** A moment as PostgreSQL writes it, parsed. Milliseconds since 1970 in UTC; infinities where it says so. */
interface ParsedTimestamp {
  epochMilliseconds: number;
  /** ISO 8601 in UTC; null for the infinities and for years beyond what ISO can say. */
  iso: string | null;
}

/** Types whose text parseTimestamp reads. */
export const timestampTypes: ReadonlySet<string> = new Set(['date', 'timestamp', 'timestamptz']);

const pattern =
  /^(\d{4,7})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?(?:([+-])(\d{2})(?::(\d{2}))?(?::(\d{2}))?)?)?( BC)?$/;

/**
 * Parses the text of a date, timestamp or timestamptz under DateStyle ISO. What has no zone (date, timestamp) is taken
 * as UTC. Null when it is none of these.
 */
export function parseTimestamp(text: string): ParsedTimestamp | null {
  if (text === 'infinity') return { epochMilliseconds: Number.POSITIVE_INFINITY, iso: null };
  if (text === '-infinity') return { epochMilliseconds: Number.NEGATIVE_INFINITY, iso: null };
  const match = pattern.exec(text);
  if (match === null) return null;
  const [, year, month, day, hour, minute, second, fraction, sign, zoneHour, zoneMinute, zoneSecond, bc] =
    match;
  // Year 1 BC is astronomical year 0.
  const astronomicalYear = bc === undefined ? Number(year) : 1 - Number(year);
  const date = new Date(0);
  date.setUTCFullYear(astronomicalYear, Number(month) - 1, Number(day));
  date.setUTCHours(
    Number(hour ?? 0),
    Number(minute ?? 0),
    Number(second ?? 0),
    Math.floor(Number(`0.${fraction ?? 0}`) * 1000 + 1e-6),
  );
  const zone = Number(zoneHour ?? 0) * 3600 + Number(zoneMinute ?? 0) * 60 + Number(zoneSecond ?? 0);
  const epochMilliseconds = date.getTime() - (sign === '-' ? -zone : zone) * 1000;
  // Beyond the years that a JavaScript date holds: as good as infinite.
  if (Number.isNaN(epochMilliseconds)) return { epochMilliseconds: Number.POSITIVE_INFINITY, iso: null };
  return { epochMilliseconds, iso: new Date(epochMilliseconds).toISOString() };
}
