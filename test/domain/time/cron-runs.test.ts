import { describe, expect, test } from 'vitest';
import { nextScheduledRun, scheduledRuns } from '../../../lib/domain/config/scheduled-runs.ts';

const runs = (cron: string, from: string, to: string, timezone = 'UTC') =>
  scheduledRuns([{ cron, timezone }], from, to);

describe('the runs of a cron', () => {
  test('are those from one moment on and before another', () => {
    expect(runs('0 3 * * ? *', '2026-11-28T03:00:00.000Z', '2026-11-30T03:00:00.000Z')).toEqual([
      '2026-11-28T03:00:00.000Z',
      '2026-11-29T03:00:00.000Z',
    ]);
  });

  test.each([
    // https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
    [
      '15 10 ? * 6L 2026-2028',
      '2026-01-01T00:00:00Z',
      '2026-04-01T00:00:00Z',
      ['2026-01-30T10:15:00.000Z', '2026-02-27T10:15:00.000Z', '2026-03-27T10:15:00.000Z'],
    ],
    [
      '0 8 1 * ? *',
      '2026-01-01T00:00:00Z',
      '2026-03-01T00:00:00Z',
      ['2026-01-01T08:00:00.000Z', '2026-02-01T08:00:00.000Z'],
    ],
    [
      '0 18 ? * MON-FRI *',
      '2026-11-27T00:00:00Z',
      '2026-12-01T00:00:00Z',
      ['2026-11-27T18:00:00.000Z', '2026-11-30T18:00:00.000Z'],
    ],
    ['0 3 L * ? *', '2028-02-01T00:00:00Z', '2028-03-01T00:00:00Z', ['2028-02-29T03:00:00.000Z']],
  ])('%s from %s to %s', (cron, from, to, expected) => {
    expect(runs(cron, from, to)).toEqual(expected);
  });

  test('follow the clocks of their timezone', () => {
    expect(runs('30 0 * * ? *', '2026-10-23T23:00:00Z', '2026-10-26T12:00:00Z', 'Europe/Berlin')).toEqual([
      '2026-10-24T22:30:00.000Z',
      '2026-10-25T23:30:00.000Z',
    ]);
  });

  test('of several schedules come once each, in their order', () => {
    const both = [
      { cron: '0 3 * * ? *', timezone: 'UTC' },
      { cron: '0 3 ? * SUN *', timezone: 'UTC' },
      { cron: '0 1 ? * SUN *', timezone: 'UTC' },
    ];
    expect(scheduledRuns(both, '2026-11-28T00:00:00Z', '2026-11-30T00:00:00Z')).toEqual([
      '2026-11-28T03:00:00.000Z',
      '2026-11-29T01:00:00.000Z',
      '2026-11-29T03:00:00.000Z',
    ]);
  });
});

describe('the next run', () => {
  test('is the first after a moment, not at it', () => {
    expect(nextScheduledRun([{ cron: '0 3 1 * ? *', timezone: 'UTC' }], '2026-12-01T03:00:00.000Z')).toBe(
      '2027-01-01T03:00:00.000Z',
    );
  });

  test('is none without a schedule, and none of a cron whose years are over', () => {
    expect(nextScheduledRun([], '2026-12-01T03:00:00.000Z')).toBeNull();
    expect(
      nextScheduledRun([{ cron: '0 3 1 1 ? 2026', timezone: 'UTC' }], '2026-12-01T00:00:00Z'),
    ).toBeNull();
  });
});
