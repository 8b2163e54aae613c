import type { OpenConcern } from '../domain/watch/attention.ts';
import type {
  ArchiveLook,
  DrillFacts,
  EndedExecution,
  NewestDump,
  SweepReport,
} from '../domain/watch/facts.ts';

/** What the watch remembers of a database, so that an idle hour costs next to nothing. */
export interface WatchedDatabase {
  firstWatchedAt: string;
  /** Facts of the drills, and what they were read from: read again when one of these is another. */
  drills: {
    provenDrillId: string | null;
    newestDrillId: string | null;
    rtoTargetSeconds: number | null;
    facts: DrillFacts;
  } | null;
  dumps: {
    newest: NewestDump | null;
    /** Last look at the bucket, and last look at all of it; ISO 8601. */
    lookedAt: string;
    listedAllAt: string;
    /** Why the last look failed; null: it did not. */
    refusedFor: string | null;
  } | null;
  /** The same of archived WAL; absent in what earlier releases remembered, and where nobody wants to know. */
  archive?: ArchiveLook & { listedAllAt: string; refusedFor: string | null };
}

/** What the watch knew an hour ago. */
export interface WatchMemory {
  /** First time that the watch ran, ISO 8601. */
  startedAt: string;
  /** Until when executions that ended were looked at. */
  executionsUntil: string;
  /** When the records of every database were looked at, whether or not a drill had ended. */
  allRecordsReadAt: string;
  /** Executions that failed and had no record when last looked at. */
  unsealed: EndedExecution[];
  /** What people were told of. */
  told: OpenConcern[];
  databases: Record<string, WatchedDatabase>;
}

/** Keeps what the watch and the sweeper must know the next hour. Adapter: adapters/ledgers/dynamodb/watch-notes.ts. */
export interface WatchNotes {
  /** Null: there is none yet, or none of this version. @throws DrillError LEDGER_UNREADABLE */
  memory(): Promise<WatchMemory | null>;
  /** @throws DrillError LEDGER_UNWRITABLE */
  remember(memory: WatchMemory): Promise<void>;
  /** Null: the sweeper never reported. @throws DrillError LEDGER_UNREADABLE */
  sweepReport(): Promise<SweepReport | null>;
  /** @throws DrillError LEDGER_UNWRITABLE */
  reportSweep(report: SweepReport): Promise<void>;
}

/** Which drills a database has, in one cheap look. Adapter: adapters/ledgers/dynamodb/newest-drills.ts. */
export interface DrillPointers {
  /** Ids of the newest proven record and of the newest record at all. @throws DrillError LEDGER_UNREADABLE */
  newest(database: string): Promise<{ provenDrillId: string | null; newestDrillId: string | null }>;
}

/** Executions of the machine that ended, well or not. Adapter: adapters/tasks/ended-executions.ts. */
export interface EndedExecutions {
  /** Those that ended after `since` (ISO 8601). */
  endedAfter(since: string): Promise<EndedExecution[]>;
}

/** The queue of what could not be started. Adapter: adapters/metrics/waiting-messages.ts. */
export interface DeadLetterQueue {
  waiting(): Promise<number>;
}
