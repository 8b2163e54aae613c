/**
 * How far apart two runs of an EventBridge cron can lie. Grammar: config/cron.ts, which has refused everything else.
 * Timezones are left out: a change of the clocks moves a run by an hour, which is added.
 */

/** From a fixed day, so that the same drills.yaml always makes the same template. Nine years hold two 29 February. */
const firstYear = 2026;
const years = 9;
const daySeconds = 86_400;
const clockChangeSeconds = 3600;

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Longest time between two neighbouring runs, in seconds; null when there are fewer than two. */
export function longestGapSeconds(cron: string): number | null {
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = '*'] = cron
    .toUpperCase()
    .split(' ');
  const minuteSet = valuesOf(minutes, 0, 59);
  const times = valuesOf(hours, 0, 23).flatMap((hour) =>
    minuteSet.map((minute) => hour * 3600 + minute * 60),
  );
  const monthSet = new Set(valuesOf(month, 1, 12, months));
  const yearSet = new Set(valuesOf(year, 1970, 2199));
  const matchesDay = dayOfWeek === '?' ? matchDayOfMonth(dayOfMonth) : matchDayOfWeek(dayOfWeek);
  const end = Date.UTC(firstYear + years, 0, 1);
  let previous: number | null = null;
  let longest: number | null = null;
  for (let day = Date.UTC(firstYear, 0, 1); day < end; day += daySeconds * 1000) {
    const date = new Date(day);
    const runs =
      yearSet.has(date.getUTCFullYear()) && monthSet.has(date.getUTCMonth() + 1) && matchesDay(date);
    if (!runs) continue;
    for (const time of times) {
      const moment = day / 1000 + time;
      if (previous !== null) longest = Math.max(longest ?? 0, moment - previous);
      previous = moment;
    }
  }
  return longest === null ? null : longest + clockChangeSeconds;
}

/** Lists, ranges, steps and names of one field, ascending. */
function valuesOf(field: string, lowest: number, highest: number, names: string[] = []): number[] {
  const numberOf = (text: string): number => {
    const named = names.indexOf(text);
    return named >= 0 ? lowest + named : Number(text);
  };
  const values = new Set<number>();
  for (const item of field.split(',')) {
    const [base = '', step] = item.split('/');
    const [from = '', to] = base.split('-');
    const start = base === '*' ? lowest : numberOf(from);
    // `5` is one value; `5/10` and `*` run to the end.
    const end =
      base === '*' ? highest : to !== undefined ? numberOf(to) : step === undefined ? start : highest;
    for (let value = start; value <= end; value += Number(step ?? 1)) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

const daysInMonth = (date: Date): number =>
  new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();

function matchDayOfMonth(field: string): (date: Date) => boolean {
  if (field === 'L') return (date) => date.getUTCDate() === daysInMonth(date);
  const nearest = /^(\d+)W$/.exec(field);
  if (nearest) return (date) => date.getUTCDate() === nearestWeekday(date, Number(nearest[1]));
  const days = new Set(valuesOf(field, 1, 31));
  return (date) => days.has(date.getUTCDate());
}

/** `3W`: the weekday nearest to the third, never in another month. */
function nearestWeekday(date: Date, wanted: number): number {
  const last = daysInMonth(date);
  if (wanted > last) return 0;
  const weekday = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), wanted)).getUTCDay();
  if (weekday === 6) return wanted === 1 ? 3 : wanted - 1;
  if (weekday === 0) return wanted === last ? last - 2 : wanted + 1;
  return wanted;
}

function matchDayOfWeek(field: string): (date: Date) => boolean {
  const number = (text: string): number => valuesOf(text, 1, 7, weekdays)[0] ?? 0;
  const [nthDay, nth] = field.split('#');
  if (nth !== undefined) {
    return (date) =>
      date.getUTCDay() + 1 === number(nthDay ?? '') && Math.ceil(date.getUTCDate() / 7) === Number(nth);
  }
  // A lone L is Saturday, the last day of the week.
  if (field === 'L') return (date) => date.getUTCDay() === 6;
  const parts = field.split(',');
  const lastOnes = parts.filter((part) => /^\w+L$/.test(part)).map((part) => number(part.slice(0, -1)));
  const plainParts = parts.filter((part) => !/^\w+L$/.test(part));
  const plain = new Set(plainParts.length > 0 ? valuesOf(plainParts.join(','), 1, 7, weekdays) : []);
  return (date) => {
    const weekday = date.getUTCDay() + 1;
    return plain.has(weekday) || (lastOnes.includes(weekday) && date.getUTCDate() > daysInMonth(date) - 7);
  };
}
