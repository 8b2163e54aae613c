/** Where the replay of WAL ends. */
export type RecoveryTarget =
  /** The end of the newest timeline that the archive knows. */
  | { kind: 'latest' }
  /** The earliest moment at which the base backup is consistent. */
  | { kind: 'immediate' }
  /** ISO 8601, UTC: the last commit at or before it is the last that is replayed. */
  | { kind: 'time'; time: string }
  /** e.g. `0/F000138`. */
  | { kind: 'lsn'; lsn: string };
