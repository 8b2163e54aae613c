import type { RecoveryPhase } from '../recovery/restore-account.ts';

/** Phase names of the record, in the words of the state machine and in the order of a drill. */
export const phaseNames = {
  select: 'Select dump',
  waitForSlot: 'Wait for a free slot',
  plan: 'Plan sandbox',
  read: 'Read dump',
  provision: 'Provision sandbox',
  restore: 'Restore dump into sandbox',
  unpackBase: 'Fetch and unpack base backup',
  readWal: 'Fetch and read archived WAL',
  replayWal: 'Replay WAL',
  verifyPages: 'Verify pages',
  openCluster: 'Open recovered cluster',
  carry: 'Carry into sandbox',
  checks: 'Run checks',
  promote: 'Promote',
  tearDown: 'Tear down sandbox',
} as const;

/** What the restore of a base backup consists of, in order: they stand in the place of `restore`. */
export const namesOfRecovery: Readonly<Record<RecoveryPhase, PhaseName>> = {
  unpack: phaseNames.unpackBase,
  'read wal': phaseNames.readWal,
  replay: phaseNames.replayWal,
  'verify pages': phaseNames.verifyPages,
  open: phaseNames.openCluster,
  carry: phaseNames.carry,
};

/** One of them. Records of other versions may hold other names, so a record's phase is a plain text. */
export type PhaseName = (typeof phaseNames)[keyof typeof phaseNames];
