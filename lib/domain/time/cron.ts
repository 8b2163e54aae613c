/**
 * Cron expressions of EventBridge Scheduler: minutes, hours, day of month, month, day of week, year. Rules and
 * wildcards: "Schedule types in EventBridge Scheduler" in the AWS Scheduler User Guide. Neither CloudFormation's
 * linters nor emulators check these values, so a mistake would only show when a deploy fails or a drill never runs.
 */
interface CronField {
  name: string;
  lowest: number;
  highest: number;
  /** Names for values, the first one for `lowest`. */
  names: string[];
  /** Wildcards besides `,` `-` `*`. */
  wildcards: string;
}

const months = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdays = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const fields: CronField[] = [
  { name: 'minutes', lowest: 0, highest: 59, names: [], wildcards: '/' },
  { name: 'hours', lowest: 0, highest: 23, names: [], wildcards: '/' },
  { name: 'day of month', lowest: 1, highest: 31, names: [], wildcards: '/?LW' },
  { name: 'month', lowest: 1, highest: 12, names: months, wildcards: '/' },
  { name: 'day of week', lowest: 1, highest: 7, names: weekdays, wildcards: '/?L#' },
  { name: 'year', lowest: 1970, highest: 2199, names: [], wildcards: '/' },
];

export interface CronProblem {
  problem: string;
  hint: string;
}

/** The six fields with a `cron(…)` around them taken off, upper case, single spaces. */
export function normaliseCron(text: string): string {
  const inner = /^\s*cron\((.*)\)\s*$/i.exec(text)?.[1] ?? text;
  return inner.trim().split(/\s+/).join(' ').toUpperCase();
}

/** What is wrong with an expression, every reason; empty when EventBridge Scheduler takes it and it can ever fire. */
export function cronProblems(text: string): CronProblem[] {
  const parts = normaliseCron(text).split(' ');
  if (/^\s*(rate|at)\(/i.test(text)) {
    return [
      {
        problem: `"${text}" is not a cron expression`,
        hint: 'write e.g. "0 3 1 * ? *" for 03:00 on the first of each month',
      },
    ];
  }
  if (parts.length === 5) {
    return [{ problem: 'EventBridge takes six fields, this has five', hint: fromLinuxCron(parts) }];
  }
  if (parts.length !== fields.length) {
    return [
      {
        problem: `EventBridge takes six fields, this has ${parts[0] === '' ? 0 : parts.length}`,
        hint: 'minutes hours day-of-month month day-of-week year, e.g. "0 3 1 * ? *"',
      },
    ];
  }
  const problems = fields.flatMap((field, index) => fieldProblems(field, parts[index] ?? ''));
  const [, , dayOfMonth, month, dayOfWeek] = parts;
  if (dayOfMonth === '?' && dayOfWeek === '?') {
    problems.push({
      problem: 'day of month and day of week are both ?',
      hint: 'give one of them, e.g. "0 3 1 * ? *"',
    });
  } else if (dayOfMonth !== '?' && dayOfWeek !== '?') {
    problems.push({
      problem: 'day of month and day of week are both given',
      hint:
        dayOfWeek === '*' ? 'write ? as the day of week' : 'write ? as the day of month or the day of week',
    });
  }
  if (problems.length === 0 && neverComes(dayOfMonth ?? '', month ?? '')) {
    problems.push({
      problem: `day ${dayOfMonth} never comes in month ${month}`,
      hint: 'L stands for the last day of a month',
    });
  }
  return problems;
}

function fieldProblems(field: CronField, text: string): CronProblem[] {
  const { name, lowest, highest, names, wildcards } = field;
  const range =
    names.length > 0 ? `${lowest}-${highest} or ${names[0]}-${names.at(-1)}` : `${lowest}-${highest}`;
  const bad = (what: string, hint = `use ${range}`): CronProblem => ({ problem: `${name}: ${what}`, hint });
  const numberOf = (item: string): number | null => {
    const named = names.indexOf(item);
    if (named >= 0) return lowest + named;
    if (!/^\d+$/.test(item)) return null;
    const value = Number(item);
    return value >= lowest && value <= highest ? value : null;
  };
  const itemProblem = (item: string): CronProblem | null => {
    if (item === '*') return null;
    if (item === '?' || item === 'L') {
      return wildcards.includes(item)
        ? text === item
          ? null
          : bad(`${item} must stand alone`)
        : bad(`${item} has no meaning here`, item === '?' ? 'write *' : `use ${range}`);
    }
    const weekday = /^(\w+)W$/.exec(item);
    if (weekday && name === 'day of month') {
      if (text !== item) return bad(`"${item}" must stand alone`);
      return numberOf(weekday[1] ?? '') === null
        ? bad(`"${item}" is not a day with W`, 'write e.g. 3W')
        : null;
    }
    if (name === 'day of week' && /^\w+L$/.test(item)) {
      return numberOf(item.slice(0, -1)) === null
        ? bad(`"${item}" is not a weekday with L`, 'write e.g. 6L')
        : null;
    }
    if (name === 'day of week' && item.includes('#')) {
      const [day = '', nth = ''] = item.split('#');
      if (text !== item) return bad(`"${item}" must stand alone: only one # is allowed`);
      return numberOf(day) === null || !/^[1-5]$/.test(nth)
        ? bad(`"${item}" is not the nth weekday of a month`, 'write e.g. 1#2 for the second Sunday')
        : null;
    }
    const [base = '', step, ...rest] = item.split('/');
    if (step !== undefined) {
      const steps = /^\d+$/.test(step) && Number(step) >= 1 && Number(step) <= highest - lowest;
      if (rest.length > 0 || !steps) return bad(`"${item}" has no usable step`, 'write e.g. 0/15');
    }
    if (base === '*') return null;
    const ends = base.split('-').map(numberOf);
    if (ends.length > 2 || ends.includes(null)) {
      const zeroSunday = name === 'day of week' && /^0/.test(base) ? 'Sunday is 1 or SUN' : undefined;
      return bad(`"${item}" is not in ${range}`, zeroSunday ?? `use ${range}`);
    }
    const [from, to] = ends;
    if (typeof from === 'number' && typeof to === 'number' && from > to) {
      return bad(`"${item}" runs backwards`, `write two ranges, e.g. ${from}-${highest},${lowest}-${to}`);
    }
    return null;
  };
  return text.split(',').flatMap((item) => itemProblem(item) ?? []);
}

/** True when plain days of plain months cannot meet, such as 31 of FEB. */
function neverComes(dayOfMonth: string, month: string): boolean {
  if (!/^\d+(,\d+)*$/.test(dayOfMonth) || !/^\w+(,\w+)*$/.test(month)) return false;
  const longest = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const earliest = Math.min(...dayOfMonth.split(',').map(Number));
  return month
    .split(',')
    .map((name) => (months.includes(name) ? months.indexOf(name) : Number(name) - 1))
    .every((index) => (longest[index] ?? 31) < earliest);
}

function fromLinuxCron([minutes, hours, dayOfMonth = '*', month, dayOfWeek = '*']: string[]): string {
  if (dayOfWeek === '*') return `write "${minutes} ${hours} ${dayOfMonth} ${month} ? *"`;
  const shifted = dayOfWeek.replace(/\d/g, (digit) => String((Number(digit) % 7) + 1));
  return dayOfMonth === '*'
    ? `write "${minutes} ${hours} ? ${month} ${shifted} *" (Sunday is 1)`
    : 'add a year, and write ? as the day of month or the day of week';
}
