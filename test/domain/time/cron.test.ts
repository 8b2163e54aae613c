import { describe, expect, it } from 'vitest';
import { parseCron } from '../../../lib/domain/time/cron.ts';

const problemsOf = (text: string) => {
  const parsed = parseCron(text);
  return 'problems' in parsed ? parsed.problems : [];
};
const report = (text: string) => problemsOf(text).map(({ problem }) => problem);

describe('a cron expression of EventBridge Scheduler', () => {
  it.each([
    '0 3 1 * ? *',
    'cron(0 3 1 * ? *)',
    '0/15 * * * ? *',
    '*/5 8-17 ? * MON-FRI *',
    '30 2 L * ? *',
    '30 2 15W * ? *',
    '0 0 ? * 6L *',
    '0 0 ? * FRIL *',
    '0 0 ? * SUN#2 2026-2030',
    '0 0 ? JAN,APR,JUL,OCT 2#1 *',
    '0 0 29 FEB ? *',
    '0 0 29,31 2 ? *',
    '0 0 1 jan ? *',
  ])('%s is taken', (text) => {
    expect(report(text)).toEqual([]);
  });

  it.each([
    ['0 3 1 * *', 'EventBridge takes six fields, this has five'],
    ['0 3 * * 1', 'EventBridge takes six fields, this has five'],
    ['', 'EventBridge takes six fields, this has 0'],
    ['0 3 1 * ? * *', 'EventBridge takes six fields, this has 7'],
    ['rate(1 day)', 'is not a cron expression'],
    ['0 3 * * * *', 'day of month and day of week are both given'],
    ['0 3 1 * MON *', 'day of month and day of week are both given'],
    ['0 3 ? * ? *', 'day of month and day of week are both ?'],
    ['61 3 1 * ? *', 'minutes: "61" is not in 0-59'],
    ['0 24 1 * ? *', 'hours: "24" is not in 0-23'],
    ['0 3 32 * ? *', 'day of month: "32" is not in 1-31'],
    ['0 3 0 * ? *', 'day of month: "0" is not in 1-31'],
    ['0 3 1 13 ? *', 'month: "13" is not in 1-12 or JAN-DEC'],
    ['0 3 ? * 0 *', 'day of week: "0" is not in 1-7 or SUN-SAT'],
    ['0 3 ? * MOM *', 'day of week: "MOM" is not in'],
    ['0 3 1 * ? 1969', 'year: "1969" is not in 1970-2199'],
    ['0/0 3 1 * ? *', 'minutes: "0/0" has no usable step'],
    ['0/60 3 1 * ? *', 'minutes: "0/60" has no usable step'],
    ['0 3 ? * FRI-MON *', 'day of week: "FRI-MON" runs backwards'],
    ['0 22-4 1 * ? *', 'hours: "22-4" runs backwards'],
    ['0 ? 1 * ? *', 'hours: ? has no meaning here'],
    ['L 3 1 * ? *', 'minutes: L has no meaning here'],
    ['0 3 ? * 3#6 *', 'day of week: "3#6" is not the nth weekday'],
    ['0 3 ? * 3#1,6#3 *', 'must stand alone'],
    ['0 3 31W,1 * ? *', 'must stand alone'],
    ['0 3 31 2 ? *', 'day 31 never comes in month 2'],
    ['0 3 31 APR,JUN ? *', 'day 31 never comes in month APR,JUN'],
    ['0 3 30-31 FEB ? *', 'day 30-31 never comes in month FEB'],
    ['1,,2 3 1 * ? *', 'minutes: "" is not in'],
    ['5-10-15 3 1 * ? *', 'minutes: "5-10-15" is not in'],
    ['99 99 * * * *', 'minutes: "99" is not in'],
  ])('%j is refused', (text, reason) => {
    expect(report(text).join('\n')).toContain(reason);
  });

  it('with several mistakes shows them all', () => {
    expect(report('99 99 * * * *')).toHaveLength(3);
  });

  it.each([
    ['0 3 1 * *', 'write "0 3 1 * ? *"'],
    ['0 3 * * 1', 'write "0 3 ? * 2 *" (Sunday is 1)'],
    ['0 3 * * 0', 'write "0 3 ? * 1 *" (Sunday is 1)'],
  ])('%s of Linux is translated in the hint', (text, hint) => {
    expect(problemsOf(text)[0]?.hint).toBe(hint);
  });

  it('is kept without its wrapping', () => {
    expect(parseCron(' cron( 0  3 1 jan ? * ) ')).toMatchObject({ cron: { expression: '0 3 1 JAN ? *' } });
  });

  it('says when it fires', () => {
    expect(parseCron('0/20 8-10 ? JAN,7 MON-WED,6L 2026')).toEqual({
      cron: {
        expression: '0/20 8-10 ? JAN,7 MON-WED,6L 2026',
        minutes: [0, 20, 40],
        hours: [8, 9, 10],
        days: { kind: 'weekdays', weekdays: [2, 3, 4], lastOfTheMonth: [6] },
        months: [1, 7],
        years: [2026],
      },
    });
  });

  it.each([
    ['0 3 1,15-17 * ? *', { kind: 'days of the month', days: [1, 15, 16, 17] }],
    ['0 3 L * ? *', { kind: 'last day of the month' }],
    ['0 3 15W * ? *', { kind: 'nearest weekday', day: 15 }],
    ['0 3 ? * FRI#5 *', { kind: 'nth weekday', weekday: 6, nth: 5 }],
    ['0 3 ? * L *', { kind: 'weekdays', weekdays: [7], lastOfTheMonth: [] }],
  ])('%s says on which days', (text, days) => {
    expect(parseCron(text)).toMatchObject({ cron: { days } });
  });
});
