/** Phase names of the record, in the words of the state machine. */
export const phaseNames = {
  select: 'Select dump',
  plan: 'Plan sandbox',
  provision: 'Provision sandbox',
  restore: 'Restore dump into sandbox',
  checks: 'Run checks',
  promote: 'Promote',
  tearDown: 'Tear down sandbox',
} as const;
