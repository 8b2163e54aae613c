import { describe, expect, test } from 'vitest';
import { parseCron } from '../../../lib/domain/time/cron.ts';
import { longestGapSeconds } from '../../../lib/domain/time/cron-gap.ts';

const day = 86_400;
const hour = 3600;

function gapOf(expression: string): number | null {
  const parsed = parseCron(expression);
  if ('problems' in parsed) throw new Error(parsed.problems.map(({ problem }) => problem).join('; '));
  return longestGapSeconds(parsed.cron);
}

describe('the longest gap of a cron', () => {
  test.each([
    ['0 3 1 * ? *', 31 * day, 'the first of each month'],
    ['0 3 * * ? *', day, 'every night'],
    ['0/15 * * * ? *', hour / 4, 'every quarter of an hour'],
    ['0 3,15 * * ? *', 12 * hour, 'twice a day'],
    ['0 22 ? * MON-FRI *', 3 * day, 'weekdays: over the weekend'],
    ['0 5 ? * SUN *', 7 * day, 'every Sunday'],
    ['0 5 ? * 1 *', 7 * day, 'Sunday is 1'],
    ['0 3 L * ? *', 31 * day, 'the last day of each month'],
    ['0 3 1W * ? *', 33 * day, 'the weekday nearest to the first: Monday 3rd after Friday 1st'],
    ['0 3 ? * 6L *', 35 * day, 'the last Friday'],
    [
      '0 3 ? * FRI#5 *',
      119 * day,
      'a fifth Friday, which most months have not: none between January and May 2026',
    ],
    ['0 3 ? * 2#1 *', 35 * day, 'the first Monday'],
    ['0 3 1 1,7 ? *', 184 * day, 'twice a year'],
    ['0 3 1 1 ? *', 366 * day, 'once a year, over a leap year'],
    ['0 3 29 2 ? *', 4 * 365.25 * day, 'leap days'],
    ['0 3 31 * ? *', 61 * day, 'the 31st: none in June'],
    ['0 3 1 * ? 2027', 31 * day, 'one year only'],
    ['0 3 ? * L *', 7 * day, 'L as a weekday is Saturday'],
    ['0 3 ? * 2,6L *', 7 * day, 'every Monday and the last Friday'],
    ['0 0/6 1-7/3 * ? *', 25 * day - 18 * hour, 'steps of hours and days: the 1st, 4th and 7th'],
  ])('%s: %d s (%s)', (cron, gapSeconds) => {
    expect(gapOf(cron)).toBe(gapSeconds + hour);
  });

  test('is unknown for what comes once or not at all', () => {
    expect(gapOf('0 3 1 1 ? 2027')).toBeNull();
    expect(gapOf('0 3 1 1 ? 2000')).toBeNull();
  });
});
