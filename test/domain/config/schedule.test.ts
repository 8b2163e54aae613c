import { describe, expect, it } from 'vitest';
import { cronProblems, normaliseCron } from '../../../lib/domain/time/cron.ts';

const report = (text: string) => cronProblems(text).map(({ problem }) => problem);

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
    expect(cronProblems(text)[0]?.hint).toBe(hint);
  });

  it('is kept without its wrapping', () => {
    expect(normaliseCron(' cron( 0  3 1 jan ? * ) ')).toBe('0 3 1 JAN ? *');
  });
});
