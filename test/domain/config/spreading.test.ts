import { describe, expect, test } from 'vitest';
import type { ScheduleConfig } from '../../../lib/domain/config/index.ts';
import { spreadMinutes } from '../../../lib/domain/config/spreading.ts';

const aSchedule = (given: Partial<ScheduleConfig> = {}): ScheduleConfig => ({
  cron: '0 3 1 * ? *' as ScheduleConfig['cron'],
  timezone: 'Europe/London',
  intervalSeconds: null,
  graceSeconds: 86_400,
  sandbox: null,
  ...given,
});
const ofMany = (count: number, given: Partial<ScheduleConfig> = {}): number => {
  const databases = Array.from({ length: count }, (_, index) => [
    `db${index}`,
    { schedules: [aSchedule(given)] },
  ]);
  return spreadMinutes(Object.fromEntries(databases))(aSchedule(given));
};

describe('drills of one cron moment', () => {
  test('are spread, three minutes for each, and over four hours at most', () => {
    expect(ofMany(2)).toBe(6);
    expect(ofMany(20)).toBe(60);
    expect(ofMany(200)).toBe(240);
  });

  test('start at their moment when each is alone', () => {
    const shop = aSchedule();
    const wiki = aSchedule({ cron: '0 4 1 * ? *' });
    const minutes = spreadMinutes({ shop: { schedules: [shop, wiki] }, none: { schedules: [] } });

    expect([minutes(shop), minutes(wiki)]).toEqual([0, 0]);
  });

  test('are never so late that the alarm for a missing drill rings, or the next one is due', () => {
    expect(ofMany(200, { graceSeconds: 3600 })).toBe(30);
    expect(ofMany(200, { cron: '0 3 * * ? *' })).toBeLessThanOrEqual(62);
  });
});
