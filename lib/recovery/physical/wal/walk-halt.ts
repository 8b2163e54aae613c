import type { Lsn } from '../numbers/lsn.ts';

/** Why a walk through the log goes no further. */
export type WalkHalt =
  /** What was to be reached is reached. */
  | { kind: 'target' }
  /** No record follows: zeros, or a page that was written before the file was used again. Perhaps the end of the log. */
  | { kind: 'end'; lsn: Lsn; reason: string }
  | { kind: 'damaged'; lsn: Lsn; reason: string }
  | { kind: 'other cluster'; systemIdentifier: bigint }
  | { kind: 'other major'; major: number };
