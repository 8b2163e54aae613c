import type { NotifyTargetKind } from '../domain/config/index.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import type { EarlierDrills } from '../domain/record/occasions.ts';
import type { AttentionChange } from '../domain/watch/attention.ts';
import type { ApprovalWay } from './approvals.ts';

/** What people are told of. `kind` is also what subscribers filter by. */
export type Notice =
  | {
      /** A drill was accepted and begins. No person is told of it, but who measures how long drills take. */
      kind: 'drill began';
      state: DrillState;
    }
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
      /** Null when it could not be read. */
      earlier: EarlierDrills | null;
    }
  | {
      /** What the hourly watch found: what began, what is well again, and what lasts. */
      kind: 'attention changed';
      change: AttentionChange;
    };

/** What a drill or a restore tells of itself. */
export type DrillNotice = Exclude<Notice, { kind: 'attention changed' }>;

/**
 * One way to tell people. May throw, best NotDelivered: the step that tells goes on all the same and says that nobody was told this way
 * (lib/steps/tell-people.ts). Adapters: adapters/notices/, of which the one of the account’s topic is for an account only; on one machine the
 * terminal stands in its place.
 */
export interface Notifier {
  /** Where notices go, for the sentence "could not send … to <name>", e.g. `the topic`. */
  readonly name: string;
  notify(notice: Notice): Promise<void>;
}

/** A way to tell that drills.yaml names (`notify`), and that can be tried without a drill. */
export interface NotifyTarget extends Notifier {
  readonly name: NotifyTargetKind;
  /**
   * Tells that it is a test, and nothing of a drill.
   * @returns what came of it, for a person
   * @throws NotDelivered
   */
  test(database: string): Promise<string>;
  /**
   * Whether it could tell, as far as that shows without telling: its secrets are there and are what they should be.
   * @returns what was found, for a person; null: drills.yaml names none for this kind of place
   * @throws NotDelivered
   */
  inspect(database: string): Promise<string | null>;
}
