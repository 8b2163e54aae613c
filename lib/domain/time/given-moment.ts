import { timestampOf } from './timestamp-format.ts';

/** `2026-11-18`. */
const day = /^(\d{4})-(\d\d)-(\d\d)$/;
/** A local time would name another moment on another machine: the offset is asked for. */
const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:\d\d)$/;

/** What a person may write where a moment is asked for. */
export const momentExamples = 'a moment like 2026-11-18T03:00:00Z or a day like 2026-11-18';

/** True for a moment with its offset, or a day that a calendar has. */
export const isGivenMoment = (text: string): boolean => momentGiven(text, 'UTC', null) !== null;

/**
 * The moment a person means, ISO 8601 in UTC: a day stands for its end, so that its dumps count, and for `now` while it
 * lasts. Null when the text is neither a day nor a moment with its offset.
 *
 * @param timezone IANA name in which days begin and end
 * @param now ISO 8601; null: no day is cut short
 */
export function momentGiven(text: string, timezone: string, now: string | null): string | null {
  const [, year, month, dayOfMonth] = day.exec(text) ?? [];
  if (year === undefined) {
    const at = moment.test(text) ? Date.parse(text) : Number.NaN;
    return Number.isNaN(at) ? null : new Date(at).toISOString();
  }
  const period = timestampOf({ year: Number(year), month: Number(month), day: Number(dayOfMonth) }, timezone);
  if (period === null) return null;
  const end = Date.parse(period.endsAt) - 1;
  const lasting = now !== null && period.startsAt <= now && end > Date.parse(now);
  return lasting ? now : new Date(end).toISOString();
}
