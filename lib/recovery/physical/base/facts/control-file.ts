/** `global/pg_control`: the state of a cluster and what it was built for (catalog/pg_control.h). */

/** DBState of pg_control.h, in its order. */
export const databaseStates = [
  'starting up',
  'shut down',
  'shut down in recovery',
  'shutting down',
  'in crash recovery',
  'in archive recovery',
  'in production',
] as const;
export type DatabaseState = (typeof databaseStates)[number];

/** In the order of their numbers (access/xlog.h). */
const walLevels = ['minimal', 'replica', 'logical'] as const;

/** The settings that a server recovering this cluster may not have lower, as the primary had them. */
export interface RecoverySettings {
  max_connections: number;
  max_worker_processes: number;
  max_wal_senders: number;
  max_prepared_transactions: number;
  max_locks_per_transaction: number;
}

export interface ControlFile {
  /** Decimal, e.g. `7709311248685840412`: the same in every segment of the cluster's WAL. */
  systemIdentifier: string;
  /** Of PostgreSQL, 13 to 18, by the catalog version. */
  majorVersion: number;
  controlVersion: number;
  catalogVersion: number;
  state: DatabaseState;
  checkpoint: { lsn: string; redoLsn: string; timeline: number; previousTimeline: number; at: string };
  /** How far a server that had begun recovery must come; null outside recovery. */
  minimumRecovery: { lsn: string; timeline: number } | null;
  walLevel: (typeof walLevels)[number] | null;
  settings: RecoverySettings;
  /** 1 MiB to 1 GiB, a power of two. */
  walSegmentBytes: number;
  blockBytes: number;
  walBlockBytes: number;
  /** Blocks in one file of a large relation. */
  relationFileBlocks: number;
  /** 0 where data pages have no checksums. */
  dataChecksumVersion: number;
  /** What a server must be built for to read the files. */
  architecture: { byteOrder: 'little'; maxAlign: number; floatFormat: number };
}

export type ControlFileReading =
  | { kind: 'control file'; control: ControlFile }
  | { kind: 'damaged'; reason: string }
  /** Each file of the directory was encrypted for itself. */
  | { kind: 'encrypted'; reason: string }
  /** Written by a machine of the other byte order, or by a major that is not read here. */
  | { kind: 'other architecture'; reason: string }
  | { kind: 'other major'; reason: string };
