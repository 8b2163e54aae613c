import type { ConcernKind } from '../domain/watch/concerns.ts';

/** The alarms of the stack: what the watch found, and that a guard failed or a message was lost. */
export type AlarmKey = 'attention' | 'functionErrors';

/**
 * Every reason for which people are alarmed, once: its key, and its heading in docs/runbook.md. Alarms and messages link
 * to the heading; a test checks that the runbook has exactly these.
 */
export const alarmHeadings = {
  attention: 'Something needs attention',
  drillFailed: 'A drill failed, timed out or was aborted',
  provenOverdue: 'No proven drill for too long',
  dumpTooOld: 'The newest dump is too old',
  archiveStopped: 'The archiving of WAL has stopped',
  objectiveMissed: 'An objective was missed',
  objectiveForecast: 'An objective is about to be missed',
  leaseExpired: 'Something outlived its lease',
  deadLetters: 'Something could not be started',
  watchBlind: 'The watch cannot see',
  functionErrors: 'A guard function failed',
  notificationFailed: 'A notification could not be sent',
} as const satisfies Record<ConcernKind | AlarmKey | 'notificationFailed', string>;

/** Sections of the runbook about a real restore that messages link to. */
export const restoreHeadings = {
  plan: 'Minutes 1 to 3: the plan',
  decision: 'The decision',
  handedOver: 'What remains for you',
} as const;

/** GitHub's anchor of a heading. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replace(/ /g, '-');

/** Full link to a section of the runbook. */
export const runbookLink = (runbook: string, heading: string): string => `${runbook}#${anchorOf(heading)}`;
