import { describe, expect, test } from 'vitest';
import { patientClock } from '../../../lib/runtimes/aws/patient-clock.ts';

/** A clock that jumps by what is slept. */
function aClock() {
  let now = Date.parse('2026-11-20T03:00:00Z');
  return {
    now: () => new Date(now),
    sleep: async (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

describe('a patient clock', () => {
  test('sleeps until its Lambda would end, and then asks to be repeated', async () => {
    const clock = patientClock(aClock(), 60);
    await clock.sleep(20);
    await clock.sleep(20);
    await clock.sleep(20);

    const error = await clock.sleep(20).catch((thrown: unknown) => thrown);

    expect(error).toMatchObject({
      name: 'TEARDOWN_FAILED',
      message: 'the sandbox is still there after 1 min',
      retryable: true,
    });
  });
});
