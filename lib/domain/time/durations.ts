/**
 * Durations as people write them in drills.yaml: a number and a unit, or several in falling order (`1h30m`). Months and years are left out on purpose: they have no fixed length.
 */
const secondsPerUnit: Record<string, number> = {
  w: 604_800,
  d: 86_400,
  h: 3600,
  min: 60,
  m: 60,
  s: 1,
};

/** Matches every duration that `parseDuration` accepts; published in the JSON Schema for editors. */
export const durationPattern =
  /^(?=\d)(\d+(\.\d+)?w)?(\d+(\.\d+)?d)?(\d+(\.\d+)?h)?(\d+(\.\d+)?m(in)?)?(\d+(\.\d+)?s)?$/;

/** What to write, for hints. */
export const durationExamples = 'write e.g. 90m, 4h, 1d, 1h30m';

/** Whole seconds of `90s`, `5min`, `90m`, `4h`, `1d`, `2w` or `1h30m`; null when the text is not a duration. */
export function parseDuration(text: string): number | null {
  if (!durationPattern.test(text)) return null;
  let seconds = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(w|d|h|min|m|s)/g)) {
    seconds += Number(amount) * (secondsPerUnit[unit ?? ''] ?? Number.NaN);
  }
  return Number.isSafeInteger(Math.round(seconds)) ? Math.round(seconds) : null;
}

/** The two largest units of a duration: `3d 4h`, `1h 30m`, `42s`. Fractions of a second are cut off. */
export function formatDuration(seconds: number): string {
  if (seconds < 0) return `-${formatDuration(-seconds)}`;
  const parts: string[] = [];
  let rest = Math.floor(seconds);
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const size = secondsPerUnit[unit] ?? 1;
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) parts.push(`${amount}${unit}`);
    else if (parts.length > 0) break;
    if (parts.length === 2) break;
  }
  return parts.length === 0 ? '0s' : parts.join(' ');
}
