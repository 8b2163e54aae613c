import type { Finding } from '../findings/findings.ts';

/** Why an entry failed, decided from SQLSTATE and the kind of entry, never from message text. */
export type FailureClass =
  | 'missing extension'
  | 'missing role'
  | 'missing object'
  | 'duplicate key'
  | 'orphaned rows'
  | 'search_path defect'
  | 'rejected row'
  | 'invalid encoding'
  | 'insufficient privilege'
  | 'out of disk'
  | 'connection lost'
  | 'statement timeout'
  | 'refused'
  | 'other';

/** What became of one entry of the dump. */
export type EntryOutcome =
  | { status: 'restored' }
  | { status: 'restored with changes'; rule: string }
  | { status: 'skipped by policy'; rule: string }
  | { status: 'failed'; failure: FailureClass; sqlState: string | null; message: string }
  | { status: 'not reached' };

/** One entry in the account. `id` is the archive's dump id or the ordinal in a plain dump. */
export interface EntryAccount {
  id: number;
  database: string;
  /** pg_dump's own type word: TABLE, INDEX, FK CONSTRAINT, ACL … ; `STATEMENT` when a plain dump has no headers. */
  type: string;
  schema: string | null;
  name: string;
  owner: string | null;
  outcome: EntryOutcome;
  seconds: number;
}

/**
 * Entries of which nothing is asked once they are restored. A dump has one for each right and comment, so that 100,000 are no
 * rarity, and the account of each took 2 kB of memory until the record stood.
 */
export const countedOnceRestored: ReadonlySet<string> = new Set([
  'ACL',
  'BLOB COMMENTS',
  'BLOB METADATA',
  'COMMENT',
  'DEFAULT ACL',
  'EXTENDED STATISTICS DATA',
  'SECURITY LABEL',
  'STATEMENT',
  'STATISTICS DATA',
]);

/** One table's data. `rowsInDump` are counted while streaming; `rowsLoaded` is what the server confirmed. */
export interface TableAccount {
  database: string;
  schema: string;
  name: string;
  rowsInDump: number;
  rowsLoaded: number;
  bytes: number;
  seconds: number;
}

/** An object that the dump says it creates, so that a check can ask for it afterwards. */
export interface AnnouncedObject {
  database: string;
  /** pg_dump's type word. */
  type: string;
  schema: string | null;
  name: string;
  /** The table it belongs to, for constraints, triggers, policies, rules and the like. */
  table: string | null;
}

/** Phases of the loading of a dump. */
type LoadingPhase = 'reading' | 'pre-data' | 'data' | 'post-data' | 'finishing';

/** Phases of the recovery of a base backup, in their order; none of them overlap. */
export const recoveryPhases = ['unpack', 'read wal', 'replay', 'verify pages', 'open', 'carry'] as const;
export type RecoveryPhase = (typeof recoveryPhases)[number];

/** Seconds and volume of one phase of a restore. Phases overlap; each runs from its first to its last work. */
export interface RestorePhase {
  name: LoadingPhase | RecoveryPhase;
  seconds: number;
  bytes?: number;
  rows?: number;
}

/** What was recovered from a base backup: which stretch of WAL, up to where, and what is in it. */
export interface RecoveredCluster {
  systemIdentifier: string;
  /** The timeline that was followed to the end. */
  timeline: number;
  /** Positions of WAL, e.g. `0/F000028`: where the replay began, where the backup was consistent, and where it ended. */
  startLsn: string;
  consistentLsn: string | null;
  endLsn: string;
  /** ISO 8601; null: no commit lies behind the base backup. */
  lastCommitAt: string | null;
  walBytes: number;
  walSegments: number;
  /** Timelines on the way, the last is the one that was followed to the end. */
  timelines: number[];
  /** When the newest file of the archive came, ISO 8601; null: the archive is empty. */
  archivedAt: string | null;
  /** Data pages whose checksums were compared; null: the cluster has none. */
  pages: { files: number; pages: number; bytes: number; bad: number } | null;
  /** Every table that holds rows itself. */
  tables: { database: string; schema: string; name: string }[];
  /**
   * Where amcheck's function lies that the drill may call, and in which databases; `countsUnique`: it also tells two rows of one
   * key. Null: there is none.
   */
  indexChecks: { schema: string; databases: string[]; countsUnique: boolean } | null;
  /** Plain sentences: what could not be asked of this cluster. */
  notTested: string[];
}

/** The exact account of a restore: what every entry of the dump came to. */
export interface RestoreAccount {
  /** `tools` stands in evidence of 0.1.0 only, when its restore ends after a deployment of this one. */
  engine: 'native' | 'tools';
  /** True only when the whole dump was read to its announced end. */
  complete: boolean;
  /** SHA-256 of the stored bytes, hex; null for a directory dump. */
  sha256: string | null;
  bytesRead: number;
  /** Databases that now hold what the dump holds: name in the dump -> name in the sandbox. */
  databases: { dumpName: string | null; name: string }[];
  rolesCreated: string[];
  entries: EntryAccount[];
  /** Restored entries that are not among `entries`: `countedOnceRestored`. */
  restoredBeside: number;
  tables: TableAccount[];
  announced: AnnouncedObject[];
  phases: RestorePhase[];
  findings: Finding[];
  /** Of a base backup with its WAL; absent: a dump was restored. */
  recovered?: RecoveredCluster;
  /** What else the tool has that brought it, newest first; absent: the choice was made before, or there is nothing. */
  olderBackups?: { name: string; takenAt: string | null }[];
}

/** Progress of a running restore, sent a few times a second. Holds names and numbers only. */
export interface RestoreProgress {
  bytesRead: number;
  /** Null when the size is not known. */
  bytesTotal: number | null;
  entriesDone: number;
  rowsLoaded: number;
  /** e.g. `public.orders` or `index public.orders_pkey`. */
  currentObject: string | null;
  phase: RestorePhase['name'];
}
