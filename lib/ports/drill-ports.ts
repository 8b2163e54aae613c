import type { DumpHeader, SelectedDump } from '../domain/backup/dump.ts';
import type { DumpOpening } from '../domain/backup/dump-opening.ts';
import type { CheckContext, CheckResult, PlannedCheck } from '../domain/checks/asking/check.ts';
import type { PreparedDatabase } from '../domain/checks/check-evidence.ts';
import type { DatabaseConfig, SourceConfig } from '../domain/config/index.ts';
import type { ReplayEnd } from '../domain/recovery/replay-end.ts';
import type { RestoreProgress } from '../domain/recovery/restore-account.ts';
import type { SandboxAddress } from '../domain/sandbox/address.ts';
import type { RestoreTaskPlace } from '../domain/sandbox/rds/tasks.ts';
import type { Approvals } from './approvals.ts';
import type { Clock } from './clock.ts';
import type { DumpStore } from './dump-store.ts';
import type { EvidenceStore } from './evidence-store.ts';
import type { Ledger } from './ledger.ts';
import type { DrillMetrics } from './metric-sink.ts';
import type { Mishaps } from './mishaps.ts';
import type { Notifier } from './notifier.ts';
import type { ObjectReader } from './object-reader.ts';
import type { Provenance } from './provenance.ts';
import type { RecordExport } from './record-exports.ts';
import type { DumpReader, Recoverers } from './recovery.ts';
import type { RestoreTasks } from './restore-tasks.ts';
import type { SandboxHost } from './sandbox.ts';
import type { SecretReader } from './secret-reader.ts';
import type { SiteStore } from './site-store.ts';
import type { VolumeTasks } from './volume-tasks.ts';

/** What drills.yaml says. In AWS it is deployed with the stack; locally it is the file, or defaults for one dump. */
export interface Configuration {
  databases(): string[];
  /** @throws DrillError CONFIG_INVALID when there is no such database */
  database(name: string): DatabaseConfig;
}

/** Reads the first bytes of a dump: what is it, from which server, of which moment. */
export interface DumpInspector {
  /** @throws DrillError DUMP_EMPTY, DUMP_NOT_A_DUMP, DUMP_ENCRYPTED, PHYSICAL_BACKUP, ARCHIVE_VERSION_UNKNOWN … */
  inspect(
    store: DumpStore,
    dump: Pick<SelectedDump, 'key' | 'directory' | 'parts' | 'sizeBytes'> & {
      /** It is a base backup, and its WAL lies there; absent: a dump. */
      walPrefix?: string;
      /** Up to where that is replayed; absent: to its end. */
      replayEnd?: ReplayEnd;
    },
    opening: DumpOpening,
  ): Promise<DumpHeader>;
  /**
   * The moments of a base backup alone, with as few requests as there can be: many may have to be asked for one to be chosen.
   * @throws DrillError as inspect
   */
  momentsOfBase(
    store: DumpStore,
    base: Pick<SelectedDump, 'key'> & { walPrefix: string },
    opening: DumpOpening,
  ): Promise<Pick<DumpHeader, 'consistencyPoint' | 'endedAt'>>;
}

/** Carries out one check in the sandbox. Never throws for a failing check. */
export interface CheckRunner {
  /**
   * After a restore, before the first check: lets the master role count rows of tables with FORCE ROW LEVEL SECURITY,
   * and opens the sandbox for whoever runs the checks.
   */
  prepare(address: SandboxAddress, databases: string[]): Promise<PreparedDatabase[]>;
  /**
   * Undoes `prepare` before a restored database is handed over. Safe to repeat.
   * @returns the tables where FORCE could not be put back: such a database must not be handed over
   */
  undo(address: SandboxAddress, prepared: PreparedDatabase[]): Promise<{ database: string; table: string }[]>;
  /** @throws DrillError SANDBOX_LOST */
  run(check: PlannedCheck, address: SandboxAddress): Promise<CheckResult>;
}

/** Removes what a failed attempt left in the sandbox, so that the next dump meets an empty server. */
export interface SandboxCleaner {
  /** Drops every database and role that is not the server's own or the master. Safe to repeat. */
  empty(address: SandboxAddress): Promise<void>;
}

/** What drills of this door can do at all. What they cannot is refused, or said under "not tested". */
export interface Capabilities {
  /** Real restores: a sandbox can be promoted, and a person be asked. */
  realRestore: boolean;
  /** Role passwords can be read from SSM Parameter Store. */
  rolePasswords: boolean;
  /** A drill can tell AWS Backup what came of a restore job. */
  backupValidation: boolean;
}

/** Sets passwords of roles after a restore: dumps without them, and dumps whose passwords must not live on. */
export interface RolePasswordSetter {
  /**
   * Gives each role its password as a SCRAM-SHA-256 verifier computed on our side, so that the server's log never
   * holds it. @returns what could not be set, with the SQLSTATE
   */
  set(
    address: SandboxAddress,
    passwords: { role: string; password: string }[],
  ): Promise<{ role: string; sqlState: string }[]>;
}

/** What is needed to give roles the passwords that a parameter store keeps for them. */
export interface RolePasswords {
  secrets: SecretReader;
  setter: RolePasswordSetter;
}

/** What decides the size of a restore task. */
export interface PlaceNeeds {
  dumpBytes: number;
  /** Disk of the server inside the task; null: there is none. */
  serverBytes: number | null;
}

/** Tells a watching person what happens. Names and numbers only. */
export interface ProgressSink {
  restoreProgress(progress: RestoreProgress): void;
}

/** A source at hand: its store, and what its keys begin with before patterns and companions apply. */
export interface OpenedSource {
  store: DumpStore;
  prefix: string;
}

/** Everything a step may touch. Each door builds it once: adapters for AWS, or for one machine. */
export interface DrillPorts {
  clock: Clock;
  configuration: Configuration;
  /** Reads what lies beside a dump. */
  objects: ObjectReader;
  openStore(source: SourceConfig): Promise<OpenedSource>;
  inspector: DumpInspector;
  sandboxes: SandboxHost;
  cleaner: SandboxCleaner;
  recoverers: Recoverers;
  dumpReader: DumpReader;
  /** Null where the restore runs in the drill's own process, and ends with it. */
  restoreTasks: RestoreTasks | null;
  /** Null where no restore task can have a volume. */
  volumeTasks: VolumeTasks | null;
  capabilities: Capabilities;
  /** AWS region, for prices; null on one machine, where a drill costs nothing. */
  region: string | null;
  /** Where the restore task runs, chosen from what it needs; null where there is no task. */
  placeRestore: ((needs: PlaceNeeds) => RestoreTaskPlace) | null;
  checks: CheckRunner;
  planChecks(context: CheckContext): { planned: PlannedCheck[]; notTested: string[] };
  ledger: Ledger;
  evidence: EvidenceStore;
  /** Null where nobody can be asked (one machine): no state waits for an answer there. */
  approvals: Approvals | null;
  notifiers: Notifier[];
  /** Null where no metrics are kept (one machine). */
  drillMetrics: DrillMetrics | null;
  /** Pages of all drills; null: nobody asked for them. */
  site: SiteStore | null;
  mishaps: Mishaps;
  /** Other services that are told of each sealed record; none on one machine. */
  exports: readonly RecordExport[];
  /** Null where no parameter store is at hand. */
  rolePasswords: RolePasswords | null;
  /** Task definition of a database's hook, or null when none is deployed; null where no containers run. */
  hookTask: ((database: string, hook: 'migrate' | 'smokeTest') => string | null) | null;
  progress: ProgressSink;
  /** Keys of a database's encrypted dumps and the member of their packages. Never part of any state. */
  dumpOpening(database: string): Promise<DumpOpening>;
  provenance: Provenance;
  signal: AbortSignal;
}
