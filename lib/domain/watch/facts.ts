import type { ChoosableKind } from '../config/choosable-kinds.ts';
import type { Verdict } from '../findings/verdict.ts';
import type { ObjectiveBreak } from '../forecast/objective-break.ts';

/** Something that was read, or why it could not be: a code of ours or of the service, never its words. */
export type Read<Value> = { outcome: 'read'; value: Value } | { outcome: 'unreadable'; reason: string };

/** Of drills in one kind of sandbox. Moments are ISO 8601. */
export interface ProvenInKind {
  /** End of the newest proven one; null: none is known. */
  provenAt: string | null;
  /** Since when the watch knows of a schedule for it. */
  scheduledSince: string;
}

/** What the ledger says of a database. Moments are ISO 8601. */
export interface DrillFacts {
  /** End of the newest proven drill; null: none was ever proven. */
  provenAt: string | null;
  /** By kind of sandbox that drills are scheduled in, where there are several; absent in what earlier releases remembered. */
  inKinds?: Partial<Record<ChoosableKind, ProvenInKind>>;
  /** Since when the watch knows the database: a new one has its first schedule before it. */
  firstWatchedAt: string;
  /** The newest drill that was not refused because another one was running; real restores are told of by themselves. */
  lastDrill: { drillId: string; verdict: Verdict; endedAt: string; missedObjective: boolean } | null;
  /** When the forecast passes the RTO, of several kinds of sandbox the first; null: not in sight. Absent in what earlier releases remembered. */
  rtoBreak?: ObjectiveBreak | null;
}

/** The newest dump that a drill would take, by name and size. */
export interface NewestDump {
  key: string;
  /** The moment it stands for, ISO 8601. */
  moment: string;
}

/** What an archive of WAL looked like. Moments are ISO 8601. */
export interface ArchiveLook {
  /** The file that came last, and when; null: there is none. */
  newest: { key: string; archivedAt: string } | null;
  /** When that was looked at: it is late or not by then. */
  lookedAt: string;
}

export interface DatabaseFacts {
  /** Null: it has no archive of WAL, or nobody wants to know. */
  archive: Read<ArchiveLook> | null;
  drills: Read<DrillFacts>;
  /** Inner null: there is none. Null: nobody wants to know. */
  newestDump: Read<NewestDump | null> | null;
}

/** What the sweeper reported last. */
export interface SweepReport {
  at: string;
  /** What was still there after its lease, removed by now or not. */
  outlived: { name: string; drillId: string }[];
}

/** An execution that ended. */
export interface EndedExecution {
  /** Name of the execution, which is the drill's id. */
  drillId: string;
  status: 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';
  /** ISO 8601. */
  endedAt: string;
}

export interface StackFacts {
  /** Executions that ended without success and have no record although the clean-up had its time. */
  unsealed: Read<EndedExecution[]>;
  sweep: Read<SweepReport>;
  /** Messages in the queue of what could not be started. */
  deadLetters: Read<number>;
}
