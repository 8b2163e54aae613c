/**
 * One field of a cron expression of EventBridge Scheduler. Rules and wildcards: "Schedule types in EventBridge
 * Scheduler" in the AWS Scheduler User Guide.
 */
interface FieldRules {
  name: string;
  lowest: number;
  highest: number;
  /** Names for values, the first one for `lowest`. */
  names: string[];
  /** Wildcards besides `,` `-` `*` and `/`. */
  wildcards: string;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

export const cronFields = {
  minutes: { name: 'minutes', lowest: 0, highest: 59, names: [], wildcards: '' },
  hours: { name: 'hours', lowest: 0, highest: 23, names: [], wildcards: '' },
  dayOfMonth: { name: 'day of month', lowest: 1, highest: 31, names: [], wildcards: '?LW' },
  month: { name: 'month', lowest: 1, highest: 12, names: months, wildcards: '' },
  dayOfWeek: { name: 'day of week', lowest: 1, highest: 7, names: weekdays, wildcards: '?L#' },
  year: { name: 'year', lowest: 1970, highest: 2199, names: [], wildcards: '' },
} as const satisfies Record<string, FieldRules>;

export interface CronProblem {
  problem: string;
  hint: string;
}

/** What stands between two commas. Weekdays count from Sunday, which is 1. */
export type CronItem =
  | { kind: 'values'; from: number; to: number; step: number }
  /** `?` */
  | { kind: 'unspecified' }
  /** `L`: the last day of a month, or the last weekday, Saturday. */
  | { kind: 'last' }
  /** `3W`: the weekday nearest to the third. */
  | { kind: 'nearest weekday'; day: number }
  /** `6L`: the last Friday of a month. */
  | { kind: 'last weekday'; weekday: number }
  /** `2#1`: the first Monday of a month. */
  | { kind: 'nth weekday'; weekday: number; nth: number };

/** Reads one field in upper case: its items, or every reason why EventBridge Scheduler would refuse it. */
export function parseField(rules: FieldRules, text: string): { items: CronItem[]; problems: CronProblem[] } {
  const read = text.split(',').map((item) => parseItem(rules, item, text === item));
  return {
    items: read.filter((one) => 'kind' in one),
    problems: read.filter((one) => 'problem' in one),
  };
}

function parseItem(rules: FieldRules, item: string, alone: boolean): CronItem | CronProblem {
  const { lowest, highest, wildcards } = rules;
  const bad = (what: string, hint: string): CronProblem => ({ problem: `${rules.name}: ${what}`, hint });
  if (item === '?' || item === 'L') {
    if (!wildcards.includes(item))
      return bad(`${item} has no meaning here`, item === '?' ? 'write *' : `use ${rangeOf(rules)}`);
    if (!alone) return bad(`${item} must stand alone`, `use ${rangeOf(rules)}`);
    return { kind: item === '?' ? 'unspecified' : 'last' };
  }
  const [, nearest] = /^(\w+)W$/.exec(item) ?? [];
  if (nearest !== undefined && wildcards.includes('W')) {
    if (!alone) return bad(`"${item}" must stand alone`, `use ${rangeOf(rules)}`);
    const day = numberOf(rules, nearest);
    return day === null
      ? bad(`"${item}" is not a day with W`, 'write e.g. 3W')
      : { kind: 'nearest weekday', day };
  }
  if (wildcards.includes('#') && /^\w+L$/.test(item)) {
    const weekday = numberOf(rules, item.slice(0, -1));
    return weekday === null
      ? bad(`"${item}" is not a weekday with L`, 'write e.g. 6L')
      : { kind: 'last weekday', weekday };
  }
  if (wildcards.includes('#') && item.includes('#')) {
    const [day = '', nth = ''] = item.split('#');
    if (!alone) return bad(`"${item}" must stand alone: only one # is allowed`, `use ${rangeOf(rules)}`);
    const weekday = numberOf(rules, day);
    return weekday === null || !/^[1-5]$/.test(nth)
      ? bad(`"${item}" is not the nth weekday of a month`, 'write e.g. 1#2 for the second Sunday')
      : { kind: 'nth weekday', weekday, nth: Number(nth) };
  }
  const [base = '', step, ...rest] = item.split('/');
  if (step !== undefined) {
    const usable = /^\d+$/.test(step) && Number(step) >= 1 && Number(step) <= highest - lowest;
    if (rest.length > 0 || !usable) return bad(`"${item}" has no usable step`, 'write e.g. 0/15');
  }
  const steps = { step: Number(step ?? 1) };
  if (base === '*') return { kind: 'values', from: lowest, to: highest, ...steps };
  const [from, to, ...more] = base.split('-').map((end) => numberOf(rules, end));
  if (from === undefined || from === null || to === null || more.length > 0) {
    const zeroSunday = rules.names === weekdays && /^0/.test(base);
    return bad(
      `"${item}" is not in ${rangeOf(rules)}`,
      zeroSunday ? 'Sunday is 1 or SUN' : `use ${rangeOf(rules)}`,
    );
  }
  if (to !== undefined && from > to)
    return bad(`"${item}" runs backwards`, `write two ranges, e.g. ${from}-${highest},${lowest}-${to}`);
  // `5` is one value; `5/10` runs to the end.
  return { kind: 'values', from, to: to ?? (step === undefined ? from : highest), ...steps };
}

const rangeOf = ({ lowest, highest, names }: FieldRules): string =>
  names.length > 0 ? `${lowest}-${highest} or ${names[0]}-${names.at(-1)}` : `${lowest}-${highest}`;

function numberOf({ lowest, highest, names }: FieldRules, text: string): number | null {
  const named = names.indexOf(text);
  if (named >= 0) return lowest + named;
  if (!/^\d+$/.test(text)) return null;
  const value = Number(text);
  return value >= lowest && value <= highest ? value : null;
}
