import { inWords } from '../time/spans.ts';

/** Quantities as a person reads them. English, without locale: reports of two machines must compare equal. */

/** e.g. `0.4 s`, `2 min 30 s`, `1 h 5 min`, `3 d 4 h`; `unknown` for what is no number. */
export function formatSeconds(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  return seconds < 0 ? `-${inWords(-seconds)}` : inWords(seconds);
}

/** Decimal units, as S3 and disks are sold: `512 B`, `1.5 kB`, `12.3 MB`, `2.0 TB`. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'unknown';
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = bytes;
  let unit = 0;
  // 999.95 would print as `1000.0`.
  while (value >= (unit === 0 ? 1000 : 999.95) && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${value} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Whole numbers with thousands separated by commas: `1,204,511`. */
export function formatCount(count: number): string {
  // Not toLocaleString: loading its tables costs a tenth of a second in a process that lives for three.
  return Number.isFinite(count) ? String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',') : 'unknown';
}

/** A count with its noun: `1 row`, `2 rows`. */
export function formatCountOf(count: number, singular: string, plural = `${singular}s`): string {
  return `${formatCount(count)} ${count === 1 ? singular : plural}`;
}

/** The first names of a list, and how many there are beyond them: `a, b and 3 more`. `count` where not all are at hand. */
export function listOf(names: readonly string[], most: number, count = names.length): string {
  const shown = names.slice(0, most);
  const more = count - shown.length;
  return shown.join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '');
}

/** An ISO 8601 moment in UTC to the second, `2026-03-01 03:00:07 UTC`; what is not a moment is given back as it is. */
export function formatMoment(moment: string): string {
  const time = Date.parse(moment);
  if (Number.isNaN(time)) return moment;
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
