import { machineTimeoutSeconds } from '../machine/definition.ts';

/** Seconds after the start when a drill's lock, and the lease of a real restore, end: the machine's own limit. */
export const leaseSeconds = machineTimeoutSeconds;

/** Evidence names, shared by the step that writes and the one that reads. */
export const evidenceNames = {
  restoreRequest: (attempt: number) => `restore-request-${attempt}`,
  account: (attempt: number) => `account-${attempt}`,
  plannedChecks: (attempt: number) => `checks-${attempt}`,
  checkResult: (attempt: number, index: number) => `check-${attempt}-${index}`,
  /** What was changed in the databases so that checks see every row; undone before hand-over. */
  prepared: (attempt: number) => `prepared-${attempt}`,
  /** Written before a restored database is promoted. */
  promotion: 'promotion',
  attempt: (attempt: number) => `attempt-${attempt}`,
  record: 'record',
} as const;
