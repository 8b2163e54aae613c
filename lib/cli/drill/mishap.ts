import { isDrillError } from '../../domain/findings/errors.ts';
import type { Mishap } from '../../ports/mishaps.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';

/** One sentence about what did not work beside a drill. */
export const mishapText = ({ what, error }: Mishap): string => `could not ${what}: ${reasonOf(error)}`;

/** The message of an error that is not ours may quote what was sent, so its name only. */
function reasonOf(error: unknown): string {
  if (error instanceof NotDelivered || isDrillError(error)) return error.message;
  return error instanceof Error ? error.name : 'unknown error';
}
