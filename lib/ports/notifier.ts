import type { DrillState } from '../domain/drill/drill-state.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { AttentionChange } from '../domain/watch/attention.ts';
import type { ApprovalWay } from './approvals.ts';

/** What people are told of. `kind` is also what subscribers filter by. */
export type Notice =
  | {
      /** A real restore begins: what it will do, before anything is made. */
      kind: 'restore planned';
      state: DrillState;
      /** The newest proven drill of the database; null: none, or none that could be read. */
      lastProven: DrillRecord | null;
    }
  | {
      /** A person must decide before `expiresAt`, ISO 8601. */
      kind: 'approval needed';
      state: DrillState;
      expiresAt: string;
      /** Null when the question could not be kept: then the notice says how to answer all the same. */
      way: ApprovalWay | null;
      /** Null when it could not be read. */
      report: AttemptReport | null;
    }
  | {
      /** The end of every drill and restore, good or bad: a schedule that falls silent must not look well. */
      kind: 'drill sealed';
      record: DrillRecord;
    }
  | {
      /** What the hourly watch found: what began, what is well again, and what lasts. */
      kind: 'attention changed';
      change: AttentionChange;
    };

/** What a drill or a restore tells of itself. */
export type DrillNotice = Exclude<Notice, { kind: 'attention changed' }>;

/**
 * One way to tell people. May throw: the step that tells goes on all the same and says that nobody was told this way
 * (lib/steps/tell-people.ts). Adapters: adapters/notices/; on one machine the terminal tells, so there is none.
 */
export interface Notifier {
  /** Where notices go, for the sentence "could not send … to <name>", e.g. `the topic`. */
  readonly name: string;
  notify(notice: Notice): Promise<void>;
}
