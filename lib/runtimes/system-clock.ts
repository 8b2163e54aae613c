import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports/clock.ts';

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (seconds, signal) => {
    await delay(seconds * 1000, undefined, signal === undefined ? {} : { signal });
  },
};
