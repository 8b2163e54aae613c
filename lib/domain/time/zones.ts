/** Offsets that text carries beside a time of day. */

/** A time without a zone may be local anywhere on earth: UTC-12 to UTC+14. */
export const zoneUncertaintySeconds = 14 * 3600;

/**
 * Abbreviations that mean one offset in all the world, in minutes east of UTC. Those that several countries use for
 * different ones (IST, CST, BST, EST …) are not guessed: https://data.iana.org/time-zones/theory.html#abbreviations
 */
const offsetsByName: Readonly<Record<string, number>> = {
  Z: 0,
  UTC: 0,
  GMT: 0,
  WET: 0,
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  JST: 540,
  AEST: 600,
  AEDT: 660,
  NZST: 720,
  NZDT: 780,
  HST: -600,
  PDT: -420,
  MDT: -360,
  EDT: -240,
};

/** Source of a regular expression for an offset in a name: `+0200`, `-05:30`, `+02`, `Z`, or a name that is known. */
export const offsetSource = [
  '[+-](?:0\\d|1[0-4]):?[0-5]\\d',
  '\\+(?:0\\d|1[0-4])',
  ...Object.keys(offsetsByName).flatMap((name) => [name, name.toLowerCase()]),
]
  .sort((a, b) => b.length - a.length)
  .join('|');

/** Minutes east of UTC that `+0200`, `+02:00`, `+02`, `Z` or `CEST` means; null for anything else. */
export function offsetMinutesOf(text: string): number | null {
  const numeric = /^([+-])(\d\d):?(\d\d)?$/.exec(text);
  if (numeric === null) return offsetsByName[text.toUpperCase()] ?? null;
  const [, sign, hours, minutes = '00'] = numeric;
  const size = Number(hours) * 60 + Number(minutes);
  return sign === '-' ? -size : size;
}
