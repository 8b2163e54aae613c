import { DrillError } from '../../domain/findings/errors.ts';
import { inWords, secondsBetween } from '../../domain/time/spans.ts';
import type { Clock } from '../../ports/clock.ts';

/** A Lambda has 15 minutes; sealing the record needs seconds of them. */
const patienceSeconds = 13 * 60;

/**
 * A clock that waits for so long and no longer: then it throws, Lambda repeats the invocation (twice, being
 * asynchronous) and waiting goes on where it stood.
 */
export function patientClock(clock: Clock, limitSeconds: number = patienceSeconds): Clock {
  const since = clock.now().toISOString();
  return {
    now: () => clock.now(),
    async sleep(seconds, signal) {
      const waitedSeconds = secondsBetween(since, clock.now().toISOString());
      if (waitedSeconds + seconds > limitSeconds) {
        throw new DrillError(
          'TEARDOWN_FAILED',
          `the sandbox is still there after ${inWords(waitedSeconds)}`,
          {
            hint: 'Nothing to do yet: this is repeated; if it stays, delete the instance by hand and see its events.',
            fault: 'service',
            retryable: true,
          },
        );
      }
      await clock.sleep(seconds, signal);
    },
  };
}
