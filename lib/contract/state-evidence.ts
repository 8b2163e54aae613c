import type { DrillState } from '../domain/drill/drill-state.ts';

/** Evidence with the last known state of a running drill. */
export const stateEvidenceName = 'state';

/** Whether a step changed what somebody who cleans up must know. Looks that found nothing new change nothing. */
export function stateChanged(before: DrillState | null, after: DrillState): boolean {
  if (before === null || before.stage !== after.stage) return true;
  return JSON.stringify(before.sandbox) !== JSON.stringify(after.sandbox);
}
