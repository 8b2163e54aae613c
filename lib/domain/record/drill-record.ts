import type { CheckFacts, CheckStatus, CountedTable } from '../checks/asking/check.ts';
import type { DrillPhase, HandOver } from '../drill/facts.ts';
import type { Finding } from '../findings/findings.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { Forecast } from '../forecast/forecast.ts';
import type { DrillMode, SandboxKind } from '../sandbox/sandbox-plan.ts';
import type { Principal, RecordedConfiguration, RecordLink, RecordPlace } from './provenance.ts';

/** What was tried of one dump: a drill that walks back has several. */
interface DumpAttempt {
  key: string;
  verdict: Verdict;
  findingCodes: string[];
}

/** What the request named. */
interface AskedFor {
  /** Key of the dump; null: the newest. */
  dump: string | null;
  /** The moment not after which it was to be; null: now. */
  at: string | null;
  /** Restore job of AWS Backup that was to be told what came of the drill. */
  restoreJobId?: string;
}

/** Which stretch of WAL was replayed on a base backup. Positions are like `0/F000028`. */
export interface RecoveredStretch {
  systemIdentifier: string;
  startLsn: string;
  consistentLsn: string | null;
  endLsn: string;
  /** On the way, the last is the one that was followed to the end. */
  timelines: number[];
  /** Of the last commit that was replayed; null: none lies behind the base backup. */
  lastCommitAt: string | null;
  walSegments: number;
  walBytes: number;
  /** When the newest file of the archive came, and how long before the drill that was; null: it is empty. */
  archivedAt: string | null;
  archiveLagSeconds: number | null;
  /** Data pages whose checksums were compared; null: the cluster has none. */
  pages: { files: number; pages: number; bytes: number; bad: number } | null;
}

/** One question to the restored data, and what came of it. */
interface RecordedCheck extends CheckFacts {
  id?: string;
  name: string;
  kind: string;
  status: CheckStatus;
  durationMs: number;
}

/**
 * One drill's evidence: what `--json` prints, the ledger keeps and every report is rendered from. Holds names,
 * counts, timestamps and hashes; no row value of the user's data. Times are ISO 8601 in UTC.
 */
export interface DrillRecord {
  schemaVersion: 1;
  drillId: string;
  database: string;
  mode: DrillMode;
  /** Kind of sandbox; absent where none was planned, and in records of releases that did not say. */
  sandbox?: SandboxKind;
  /** Size of the server in AWS: an instance class, or what the task has. Absent on one machine, and in records of releases that did not say. */
  server?: string;
  verdict: Verdict;
  /** Who started it: a user name, `schedule`, or an IAM principal. */
  operator: string;
  startedAt: string;
  endedAt: string;
  /** The moment ages are measured from. */
  asOf: string;
  /** Absent in records of releases that did not say it. */
  asked?: AskedFor;
  dump: {
    key: string;
    location: string;
    format: string;
    serverVersion: string | null;
    dumpVersion: string | null;
    bytes: number;
    sha256: string | null;
    checksumVerified: boolean;
    consistencyPoint: string | null;
    nameTimestamp: string | null;
    uploadedAt: string;
    versionId: string | null;
  } | null;
  attempts: DumpAttempt[];
  /** Key of the dump that this drill proved; null when none was. */
  provenDump: string | null;
  findings: Finding[];
  /** `id` is unique in the record; absent in records of releases that did not keep it. */
  checks: RecordedCheck[];
  tables: CountedTable[];
  /** Objects by kind, for the next drill's comparison; absent in records of releases that did not count them. */
  objects?: { database: string; kind: string; count: number }[];
  /** What agreed with the witness of the source; absent: there was none. `contents`: tables compared by value. */
  witness?: { tables: number; contents: number; rows: number };
  restore: {
    /** `tools` stands in old records only: PostgreSQL's own programs did the loading. */
    engine: 'native' | 'tools';
    connections: number;
    serverVersion: string;
    entriesRestored: number;
    entriesChanged: number;
    entriesSkipped: number;
    entriesFailed: number;
    /** Every entry that was skipped, changed or failed: nothing is dropped silently. */
    exceptions: { database: string; type: string; name: string; status: string; reason: string }[];
    rowsLoaded: number;
    bytesRead: number;
    /** From the first to the last work on indexes, keys and constraints. Absent: none, or in records of releases that did not say. */
    indexSeconds?: number;
  } | null;
  /** Of base backups: what was recovered, of the attempt that was proven, else of the first. Absent: nothing was. */
  recovered?: RecoveredStretch;
  phases: DrillPhase[];
  /** From the go decision to the last check passed; null when no check passed. */
  rto: { targetSeconds: number | null; actualSeconds: number | null; lastProvenSeconds: number | null };
  rpo: {
    targetSeconds: number | null;
    actualSeconds: number | null;
    dumpPoint: string | null;
    uploadEnd: string | null;
    newestRow: string | null;
    /** Interval between dumps + time to dump + time to upload; null when the interval is not known. */
    worstCaseSeconds: number | null;
  };
  /** Plain sentences: what this drill did not test. */
  notTested: string[];
  teardown: { confirmed: boolean; detail: string };
  /** AWS only; absent on one machine, where a drill costs nothing. List prices, before discounts. */
  cost?: { estimatedUsd: number; actualUsd: number };
  /** Of the drills to come, as it was when this one was sealed; absent of real restores, and in records of releases that made none. */
  forecast?: Forecast;
  /** Real restores that were kept. */
  handOver?: HandOver;
  /** `commit` of the sources that it was built from; `unknown` where the build did not know. */
  software: { version: string; node: string; commit?: string };
  /** Null: there was none to read. Absent, as the three after it, in records of releases that did not say it. */
  configuration?: RecordedConfiguration | null;
  place?: RecordPlace;
  /** Names as above, and what vouches for them. */
  people?: { operator: Principal; approver: Principal | null };
  /** Set by the ledger as it seals; null: the first record of its database. */
  previous?: RecordLink | null;
}
