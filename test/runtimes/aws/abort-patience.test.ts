import { describe, expect, test } from 'vitest';
import { abortPatience } from '../../../lib/runtimes/aws/abort-patience.ts';

const stopDate = Date.parse('2026-11-20T03:00:00Z');
const ended = { name: 'd', status: 'ABORTED' as const, startDate: stopDate - 60_000, stopDate };

const clockAt = (minutes: number) => ({
  now: () => new Date(stopDate + minutes * 60_000),
  sleep: async () => {},
});

describe('the patience after an abort', () => {
  test('of the first tries ends in an error, so that Lambda repeats them', () => {
    const clock = clockAt(1);
    const first = abortPatience(ended, clock);

    expect(first.clock).not.toBe(clock);
    expect(first.options.limitSeconds).toBeUndefined();
  });

  test('of the last one ends in a sealed record', () => {
    const clock = clockAt(28);
    const last = abortPatience(ended, clock);

    expect(last.clock).toBe(clock);
    expect(last.options.limitSeconds).toBeLessThan(15 * 60);
  });

  test('outlasts a sandbox that was still being asked for', () => {
    expect(abortPatience(ended, clockAt(0)).options.settleSeconds).toBeGreaterThan(300);
  });
});
