import { daysInMonth } from './calendar.ts';
import { type CronItem, type CronProblem, cronFields, parseField } from './cron-field.ts';

/**
 * Cron expressions of EventBridge Scheduler: minutes, hours, day of month, month, day of week, year. Neither
 * CloudFormation's linters nor emulators check them, so a mistake would only show when a deploy fails or a drill never
 * runs.
 */
export interface Cron {
  /** The six fields, upper case, single spaces, without a `cron(…)` around them. */
  expression: string;
  /** Ascending, as all lists here. */
  minutes: number[];
  hours: number[];
  days: DayRule;
  /** January is 1. */
  months: number[];
  years: number[];
}

/** On which days of its months a cron fires. Weekdays count from Sunday, which is 1. */
export type DayRule =
  | { kind: 'days of the month'; days: number[] }
  | { kind: 'last day of the month' }
  | { kind: 'nearest weekday'; day: number }
  | { kind: 'weekdays'; weekdays: number[]; lastOfTheMonth: number[] }
  | { kind: 'nth weekday'; weekday: number; nth: number };

/** The expression as it is understood, or every reason why EventBridge Scheduler would refuse it or it never fires. */
export function parseCron(text: string): { cron: Cron } | { problems: CronProblem[] } {
  const expression = withoutWrapping(text);
  const fields = expression.split(' ');
  const shape = shapeProblem(text, fields);
  if (shape !== null) return { problems: [shape] };
  const [minutes = '', hours = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = fields;
  const read = {
    minutes: parseField(cronFields.minutes, minutes),
    hours: parseField(cronFields.hours, hours),
    dayOfMonth: parseField(cronFields.dayOfMonth, dayOfMonth),
    month: parseField(cronFields.month, month),
    dayOfWeek: parseField(cronFields.dayOfWeek, dayOfWeek),
    year: parseField(cronFields.year, year),
  };
  const problems = Object.values(read).flatMap((field) => field.problems);
  problems.push(...dayProblems(dayOfMonth, dayOfWeek));
  if (problems.length > 0) return { problems };
  const days =
    dayOfWeek === '?' ? ruleOfMonthDays(read.dayOfMonth.items) : ruleOfWeekdays(read.dayOfWeek.items);
  const months = valuesOf(read.month.items);
  if (neverComes(days, months))
    return {
      problems: [
        {
          problem: `day ${dayOfMonth} never comes in month ${month}`,
          hint: 'L stands for the last day of a month',
        },
      ],
    };
  return {
    cron: {
      expression,
      minutes: valuesOf(read.minutes.items),
      hours: valuesOf(read.hours.items),
      days,
      months,
      years: valuesOf(read.year.items),
    },
  };
}

function withoutWrapping(text: string): string {
  const inner = /^\s*cron\((.*)\)\s*$/i.exec(text)?.[1] ?? text;
  return inner.trim().split(/\s+/).join(' ').toUpperCase();
}

function shapeProblem(text: string, fields: string[]): CronProblem | null {
  if (/^\s*(rate|at)\(/i.test(text))
    return {
      problem: `"${text}" is not a cron expression`,
      hint: 'write e.g. "0 3 1 * ? *" for 03:00 on the first of each month',
    };
  if (fields.length === 5)
    return { problem: 'EventBridge takes six fields, this has five', hint: fromLinuxCron(fields) };
  if (fields.length === 6) return null;
  return {
    problem: `EventBridge takes six fields, this has ${fields[0] === '' ? 0 : fields.length}`,
    hint: 'minutes hours day-of-month month day-of-week year, e.g. "0 3 1 * ? *"',
  };
}

function fromLinuxCron([minutes, hours, dayOfMonth = '*', month, dayOfWeek = '*']: string[]): string {
  if (dayOfWeek === '*') return `write "${minutes} ${hours} ${dayOfMonth} ${month} ? *"`;
  const shifted = dayOfWeek.replace(/\d/g, (digit) => String((Number(digit) % 7) + 1));
  return dayOfMonth === '*'
    ? `write "${minutes} ${hours} ? ${month} ${shifted} *" (Sunday is 1)`
    : 'add a year, and write ? as the day of month or the day of week';
}

/** Exactly one of the two says on which days. */
function dayProblems(dayOfMonth: string, dayOfWeek: string): CronProblem[] {
  if ((dayOfMonth === '?') !== (dayOfWeek === '?')) return [];
  if (dayOfMonth === '?')
    return [
      { problem: 'day of month and day of week are both ?', hint: 'give one of them, e.g. "0 3 1 * ? *"' },
    ];
  return [
    {
      problem: 'day of month and day of week are both given',
      hint:
        dayOfWeek === '*' ? 'write ? as the day of week' : 'write ? as the day of month or the day of week',
    },
  ];
}

function ruleOfMonthDays(items: CronItem[]): DayRule {
  const [first] = items;
  if (first?.kind === 'last') return { kind: 'last day of the month' };
  if (first?.kind === 'nearest weekday') return first;
  return { kind: 'days of the month', days: valuesOf(items) };
}

const saturday = 7;

function ruleOfWeekdays(items: CronItem[]): DayRule {
  const [first] = items;
  if (first?.kind === 'nth weekday') return first;
  if (first?.kind === 'last') return { kind: 'weekdays', weekdays: [saturday], lastOfTheMonth: [] };
  const lastOfTheMonth = items.flatMap((item) => (item.kind === 'last weekday' ? [item.weekday] : []));
  return { kind: 'weekdays', weekdays: valuesOf(items), lastOfTheMonth };
}

/** Plain values, ranges and steps, ascending and once each. */
function valuesOf(items: CronItem[]): number[] {
  const values = new Set<number>();
  for (const item of items) {
    if (item.kind !== 'values') continue;
    for (let value = item.from; value <= item.to; value += item.step) values.add(value);
  }
  return [...values].sort((a, b) => a - b);
}

/** Its months are as long as months get. */
const leapYear = 2028;

/** True when none of the days exists in any of the months, such as 31 of FEB. */
function neverComes(rule: DayRule, months: number[]): boolean {
  if (rule.kind !== 'days of the month') return false;
  const earliest = Math.min(...rule.days);
  return months.every((month) => daysInMonth(leapYear, month) < earliest);
}
