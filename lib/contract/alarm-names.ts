/**
 * Every alarm, once: its key, and its heading in docs/runbook.md. lib/infra makes them and links each to its heading;
 * a test checks that the runbook has exactly these.
 */
export const alarmHeadings = {
  drillFailed: 'A drill failed, timed out or was aborted',
  provenOverdue: 'No proven drill for too long',
  dumpTooOld: 'The newest dump is too old',
  objectiveMissed: 'An objective was missed',
  objectiveForecast: 'An objective is about to be missed',
  leaseExpired: 'Something outlived its lease',
  deadLetters: 'Something could not be started',
  notificationFailed: 'A notification could not be sent',
  functionErrors: 'A guard function failed',
} as const;

export type AlarmKey = keyof typeof alarmHeadings;

/** GitHub's anchor of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replace(/ /g, '-');
