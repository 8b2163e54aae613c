/** What recovery must reach from a base backup with an archive of WAL, known before a server is started. */
import type { ImageCompression } from '../../../domain/recovery/image-compression.ts';
import type { Lsn } from '../numbers/lsn.ts';
import type { Cluster } from './page-check.ts';
import type { TimelineStretch } from './timeline-history.ts';
import type { WalFile } from './wal-file.ts';

/** Where recovery of a base backup begins, and where the base is consistent. */
export interface WalBase extends Cluster {
  /** That the base was taken on. */
  timeline: number;
  /** START WAL LOCATION of its backup_label. */
  startLsn: Lsn;
  /**
   * End-LSN of backup_manifest or STOP WAL LOCATION; null where neither is there: then the log itself has to say it. That of a
   * base backup from a standby does not: there it is minRecoveryPoint of its pg_control.
   */
  stopLsn: Lsn | null;
  /** When it ended; null where only the archive's backup history file may say it. */
  stopTime: Date | null;
}

/** What is recovered to; a time and a position are inclusive, as recovery_target_inclusive has them. */
export type WalTarget =
  | { kind: 'latest' }
  | { kind: 'immediate' }
  | { kind: 'time'; time: Date }
  | { kind: 'lsn'; lsn: Lsn };

/** A transaction's end, as the log has it. */
export interface TransactionEnd {
  /** Where its record begins. */
  lsn: Lsn;
  /** To the millisecond. */
  time: Date;
  /** Microseconds since 1970: what pg_last_xact_replay_timestamp() will say. */
  micros: number;
}

/** How far the log can be replayed. */
export interface WalReach {
  /** Behind the last record: what pg_last_wal_replay_lsn() will say. */
  lsn: Lsn;
  timeline: number;
  /** Where the last record begins ("redo done at"); null when there is none. */
  lastRecord: Lsn | null;
  /** Whole records between the start and there. */
  records: number;
  lastCommit: TransactionEnd | null;
  /** The last commit or abort: "last completed transaction was at log time". */
  lastCompleted: TransactionEnd | null;
}

/** A segment that recovery reads. */
export interface WalSegment {
  name: string;
  /** As it is stored. */
  sizeBytes: number;
  from: 'archive' | 'base';
  /** What it was read from; of a tarball, the file in the spool folder. */
  file: WalFile;
}

/** What stops recovery before its target, and first. */
export type WalProblem =
  /** A segment is missing; `after` are names that exist behind it, none where only the base's own end is behind it. */
  | { kind: 'gap'; segment: string; after: string[] }
  /** @property segment or history file, or tarball of them @property reason in words */
  | { kind: 'damaged'; segment: string; lsn: Lsn; reason: string }
  | { kind: 'other cluster'; segment: string; expected: bigint; found: bigint }
  | { kind: 'other major'; segment: string; expected: number; found: number }
  /** Segments of a newer timeline are there, and not the file that says where it forked off. */
  | { kind: 'history missing'; timeline: number; history: string; segments: string[] }
  /** The log goes on only in a file that recovery does not ask for. */
  | { kind: 'only partial'; segment: string; file: string }
  /** `abandoned`: a timeline that recovery leaves before its end, and the last of its segments, which lies behind the end. */
  | { kind: 'target after end'; abandoned?: { timeline: number; segment: string } }
  | { kind: 'target before backup end' }
  /** `others`: files that lie there and are no WAL by their names. */
  | { kind: 'empty archive'; others: { count: number; example: string | null } };

export interface WalCoverage {
  reached: WalReach;
  /** In the order of the log. */
  segments: WalSegment[];
  /** Bytes of log from the start of the base to what is reached. */
  walBytes: number;
  /** The way to the timeline that is recovered to, which is the last: name it as recovery_target_timeline. */
  timelines: TimelineStretch[];
  /** Of the images of pages to what is reached, beside pglz: the server must have been built with them. */
  imageCompressions: ImageCompression[];
  problem: WalProblem | null;
}

export interface CoverageQuestion {
  /** Oldest first: of tarballs that repeat each other the last is the newest. */
  archive: readonly WalFile[];
  /** WAL that lies in the base itself: `pg_wal.tar`, or files of its folder pg_wal. */
  baseWal: readonly WalFile[];
  base: WalBase;
  target: WalTarget;
  /** An empty folder of the caller, for what tarballs hold. The caller removes it. */
  spoolFolder: string;
  /** Ends the reading, between two segments. */
  signal?: AbortSignal;
}
