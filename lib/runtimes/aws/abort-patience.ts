import type { Clock } from '../../ports/clock.ts';
import type { CleanUpOptions } from '../../steps/clean-up-after-abort.ts';
import type { EndedExecution } from '../../steps/ended-execution.ts';
import { patientClock } from './patient-clock.ts';

/** Between two looks at an instance that is being deleted: RDS needs 5 minutes and more. */
const lookIntervalSeconds = 20;
/** *Provision sandbox* has 300 s; an abort does not stop it, so an instance may appear until then. */
const settleSeconds = 330;
/** Two tries of 13 minutes with Lambda's waits between them have passed by then. */
const lastTryAfterSeconds = 25 * 60;
/** Of the last try: sealing needs seconds of the 15 minutes. */
const lastTrySeconds = 12 * 60;

/**
 * How long one invocation waits for a sandbox to go. The first tries give up by throwing, so that Lambda repeats them; the
 * last one seals the record with what it knows, because a record that says "still there" is worth more than none. The
 * sweeper goes on either way.
 */
export function abortPatience(
  ended: EndedExecution,
  clock: Clock,
): { clock: Clock; options: CleanUpOptions } {
  const now = clock.now().getTime();
  const options = { lookIntervalSeconds, settleSeconds };
  if (now - (ended.stopDate ?? now) < lastTryAfterSeconds * 1000)
    return { clock: patientClock(clock), options };
  return { clock, options: { ...options, limitSeconds: lastTrySeconds } };
}
