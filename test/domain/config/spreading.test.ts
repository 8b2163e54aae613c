import { describe, expect, test } from 'vitest';
import type { ScheduleConfig } from '../../../lib/domain/config/index.ts';
import { spreadMinutes } from '../../../lib/domain/config/spreading.ts';

const aSchedule = (given: Partial<ScheduleConfig> = {}): { schedule: ScheduleConfig } => ({
  schedule: {
    cron: '0 3 1 * ? *',
    timezone: 'Europe/London',
    intervalSeconds: null,
    graceSeconds: 86_400,
    ...given,
  } as ScheduleConfig,
});
const many = (count: number, given: Partial<ScheduleConfig> = {}) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`db${index}`, aSchedule(given)]));

describe('drills of one cron moment', () => {
  test('are spread, three minutes for each, and over four hours at most', () => {
    expect(spreadMinutes(many(2)).get('db0')).toBe(6);
    expect(spreadMinutes(many(20)).get('db19')).toBe(60);
    expect(spreadMinutes(many(200)).get('db0')).toBe(240);
  });

  test('start at their moment when each is alone, or has none', () => {
    const alone = { shop: aSchedule(), wiki: aSchedule({ cron: '0 4 1 * ? *' }), none: { schedule: null } };
    expect([...spreadMinutes(alone)]).toEqual([
      ['shop', 0],
      ['wiki', 0],
    ]);
  });

  test('are never so late that the alarm for a missing drill rings, or the next one is due', () => {
    expect(spreadMinutes(many(200, { graceSeconds: 3600 })).get('db0')).toBe(30);
    expect(spreadMinutes(many(200, { cron: '0 3 * * ? *' })).get('db0')).toBeLessThanOrEqual(62);
  });
});
