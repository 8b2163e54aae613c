import type { Mishap } from '../../ports/mishaps.ts';

/** One sentence about what did not work beside a drill; an error's message may quote what was sent, so its name only. */
export const mishapText = ({ what, error }: Mishap): string =>
  `could not ${what} (${error instanceof Error ? error.name : 'unknown error'})`;
