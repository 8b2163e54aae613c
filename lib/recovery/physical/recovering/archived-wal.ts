import type { Finding } from '../../../domain/findings/findings.ts';
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { RecoveryTarget } from '../../../domain/recovery/recovery-target.ts';
import type { WalFetch } from '../../../ports/recovery-place.ts';
import type { ControlFile } from '../base/facts/control-file.ts';

/** What the WAL of a base backup must be read from and to. */
export interface WalStretch {
  control: ControlFile;
  /** Where replay begins, e.g. `0/F00028`, and on which timeline. */
  startLsn: string;
  startTimeline: number;
  /** Where the backup ends: no target may lie before it. Null without a manifest. */
  backupEndLsn: string | null;
  target: RecoveryTarget;
}

/** What recovery must reach, by our own reading of the archive: PostgreSQL comes up at a gap or at damage without a word. */
export interface WalReach {
  /** What keeps the target from being reached; empty: nothing does. */
  problems: Finding[];
  /** End of the last whole record before the target. */
  endLsn: string;
  /** Where the last record begins: what the server calls `redo done at`; null: there is none. */
  lastRecord: string | null;
  timeline: number;
  /** On the way to the one that is recovered to, which is the last; the end may lie on one before it. */
  timelines: number[];
  /** Of the last commit or abort, ISO 8601; null: there is none between the start and the end. */
  lastCommitAt: string | null;
  segments: number;
  /** When the newest file of the archive came, ISO 8601; null: it is empty, or nobody can list it. */
  archivedAt: string | null;
  bytes: number;
  /** Of the images of pages in it, beside pglz: the server must have been built with them. */
  imageCompressions: ImageCompression[];
}

/** The archived WAL of a cluster, opened. */
export interface ArchivedWal {
  reach(stretch: WalStretch): Promise<WalReach>;
  fetch: WalFetch;
  close(): Promise<void>;
}
