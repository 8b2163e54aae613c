import type { NamedFiles } from './named-files.ts';

/** What came, whether unpacking was brought to its end or not. */
export interface UnpackAccount {
  entries: number;
  bytes: number;
  /** The last that passed whole: how far a truncated base got. */
  lastName: string | null;
  /** Beside the data directory in its tar: harmless and left out. */
  leftOut: NamedFiles;
  /** OIDs of the tablespaces that came. */
  tablespaces: string[];
  /** `pg_wal` was a link: its WAL lies elsewhere and did not come. */
  isWalElsewhere: boolean;
  /** Of a backup of 17 and later that builds on another: such files are no data of their own. */
  incrementalFiles: NamedFiles;
}
