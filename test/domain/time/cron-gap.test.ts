import { describe, expect, test } from 'vitest';
import { dumpAgeLimitSeconds, overdueAfterSeconds } from '../../../lib/domain/config/overdue.ts';
import { longestGapSeconds } from '../../../lib/domain/time/cron-gap.ts';
import { aConfig } from '../../infra/support/configs.ts';

const day = 86_400;
const hour = 3600;

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
  ])('%s: %d s (%s)', (cron, gapSeconds) => {
    expect(longestGapSeconds(cron)).toBe(gapSeconds + hour);
  });

  test('is unknown for what comes once or not at all', () => {
    expect(longestGapSeconds('0 3 1 1 ? 2027')).toBeNull();
    expect(longestGapSeconds('0 3 1 1 ? 2000')).toBeNull();
  });
});

describe('an overdue drill', () => {
  const schedule = { cron: '0 3 1 * ? *', timezone: 'UTC', graceSeconds: day, intervalSeconds: null };

  test('is one later than the longest gap and its grace', () => {
    expect(overdueAfterSeconds(schedule)).toBe(31 * day + hour + day);
  });

  test('is measured by the interval of drills.yaml where one is given', () => {
    expect(overdueAfterSeconds({ ...schedule, intervalSeconds: 7 * day })).toBe(8 * day);
  });

  test('does not exist without a schedule', () => {
    expect(overdueAfterSeconds(null)).toBeNull();
  });
});

describe('an old dump', () => {
  const limit = (source: string, objectives = '{}') => {
    const config = aConfig(
      `databases: { shop: { source: { bucket: acme, ${source} }, objectives: ${objectives} } }`,
    );
    return dumpAgeLimitSeconds(config.databases.shop!);
  };

  test('is older than maxAge, else than its interval and a quarter, else than the RPO', () => {
    expect(limit('maxAge: 26h, interval: 24h', '{ rpo: 1h }')).toBe(26 * hour);
    expect(limit('interval: 24h', '{ rpo: 1h }')).toBe(30 * hour);
    expect(limit('minBytes: 1', '{ rpo: 25h }')).toBe(25 * hour);
    expect(limit('minBytes: 1')).toBeNull();
  });
});
