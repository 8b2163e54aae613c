import { describe, expect, test } from 'vitest';
import {
  dumpAgeLimitSeconds,
  longestDrillGapSeconds,
  overdueAfterSeconds,
} from '../../../lib/domain/config/overdue.ts';
import { aConfig } from '../../infra/support/configs.ts';

const day = 86_400;
const hour = 3600;

describe('an overdue drill', () => {
  const schedule = {
    cron: '0 3 1 * ? *',
    timezone: 'UTC',
    graceSeconds: day,
    intervalSeconds: null,
    sandbox: null,
  };

  test('is one later than the longest gap and its grace', () => {
    expect(overdueAfterSeconds([schedule])).toBe(31 * day + hour + day);
  });

  test('is measured by the interval of drills.yaml where one is given', () => {
    expect(overdueAfterSeconds([{ ...schedule, intervalSeconds: 7 * day }])).toBe(8 * day);
  });

  test('is unknown where the cron comes once and no interval is given', () => {
    const once = { ...schedule, cron: '0 3 1 1 ? 2027' };
    expect(longestDrillGapSeconds(once)).toBeNull();
    expect(overdueAfterSeconds([once])).toBeNull();
    expect(longestDrillGapSeconds({ ...once, intervalSeconds: day })).toBe(day);
  });

  test('does not exist without a schedule', () => {
    expect(overdueAfterSeconds([])).toBeNull();
  });

  test('is measured by the schedule that comes most often where there are several', () => {
    const daily = { ...schedule, cron: '0 3 * * ? *' };
    expect(overdueAfterSeconds([schedule, daily])).toBe(overdueAfterSeconds([daily]));
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

  test('is no base backup that the archived WAL leads on from, whatever the RPO', () => {
    const physical = 'physical: { wal: { prefix: wal/ } }';
    expect(limit(physical, '{ rpo: 5m }')).toBeNull();
    expect(limit(`${physical}, maxAge: 8d`, '{ rpo: 5m }')).toBe(8 * day);
  });
});
