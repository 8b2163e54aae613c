import type { ImageCompression } from '../domain/recovery/image-compression.ts';
import type { RecoveryTarget } from '../domain/recovery/recovery-target.ts';
import type { RecoveredCluster } from '../domain/recovery/restore-account.ts';
import type { BackupCommands, CommandRoom } from './backup-commands.ts';

/**
 * Settings that a server in archive recovery may not have lower than the cluster whose WAL it replays; they stand in pg_control.
 *
 * Source: PostgreSQL documentation, section 27.4.3; CheckRequiredParameterValues in xlogrecovery.c.
 */
export interface RequiredSettings {
  maxConnections: number;
  maxWorkerProcesses: number;
  maxWalSenders: number;
  maxPreparedTransactions: number;
  maxLocksPerTransaction: number;
}

/** Brings files of the WAL archive to a server in recovery. */
export interface WalFetch {
  /** Writes the segment or history file, decompressed, to a path. @returns false: the archive has none of this name */
  fetch(name: string, path: string): Promise<boolean>;
  /** What the server will ask for after this one, nearest first; empty at the end. */
  after(name: string): string[];
}

/** What a server in recovery said of itself. Positions are like `0/F000028`. */
export interface RecoveryLog {
  redoStart: string | null;
  consistentAt: string | null;
  redoEnd: string | null;
  /** Moment of the last commit that was replayed, ISO 8601 in UTC, cut to milliseconds; null: none was. */
  lastCommitAt: string | null;
  /** The timeline that it began at the end. */
  newTimeline: number | null;
  /** Its last FATAL or PANIC. */
  fatal: string | null;
  /** What it said of WAL that it could not read: names of files, positions, checksums. */
  walTrouble: string[];
}

/** How replaying ended: at its end, promoted and stopped cleanly; or by the server's own end. */
export interface RecoveryEnd {
  promoted: boolean;
  log: RecoveryLog;
  seconds: number;
}

export interface Replay {
  required: RequiredSettings;
  target: RecoveryTarget;
  /** Timeline to follow; null: the newest that the archive knows. */
  timeline: number | null;
  archive: WalFetch;
  timeoutSeconds: number;
  signal: AbortSignal;
}

/** What the drill may ask of a recovered cluster beside its rows. */
export interface OpenedCluster {
  /** Null: indexes cannot be compared with their tables here. */
  indexChecks: RecoveredCluster['indexChecks'];
  /** Plain sentences: what cannot be asked here, and why. */
  notTested: string[];
}

/** A sandbox whose server does not run yet: a base backup is unpacked into it and recovered. */
export interface RecoveryPlace {
  /** Empty at first. Whoever fills it does so with modes 0700 and 0600. */
  readonly dataDirectory: string;
  /** Where tablespaces go, each in a folder of its object id. */
  readonly tablespaceDirectory: string;
  readonly majorVersion: number;
  /** A room for commands of the user beside them. @throws DrillError SANDBOX_UNAVAILABLE */
  commandRoom(commands: BackupCommands): Promise<CommandRoom>;
  /** Whether its server was built to replay images of pages that are compressed so. */
  replaysCompression(compression: ImageCompression): Promise<boolean>;
  /** @throws DrillError SANDBOX_UNAVAILABLE when the server cannot be started at all */
  replay(replay: Replay): Promise<RecoveryEnd>;
  /**
   * After a replay that was promoted: lets the drill in, and starts the server for good.
   * @param carriedOn its databases are dumped, so nothing of the drill's may be left in them
   * @throws DrillError SANDBOX_UNAVAILABLE
   */
  open(required: RequiredSettings, carriedOn: boolean): Promise<OpenedCluster>;
  /** Stops the server and empties the directories: for an older base backup. */
  reset(): Promise<void>;
}
