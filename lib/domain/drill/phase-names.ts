/** Phase names of the record, in the words of the state machine and in the order of a drill. */
export const phaseNames = {
  select: 'Select dump',
  waitForSlot: 'Wait for a free slot',
  plan: 'Plan sandbox',
  read: 'Read dump',
  provision: 'Provision sandbox',
  restore: 'Restore dump into sandbox',
  checks: 'Run checks',
  promote: 'Promote',
  tearDown: 'Tear down sandbox',
} as const;

/** One of them. Records of other versions may hold other names, so a record's phase is a plain text. */
export type PhaseName = (typeof phaseNames)[keyof typeof phaseNames];
