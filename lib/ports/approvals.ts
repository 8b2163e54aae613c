import type { DrillState } from '../domain/drill/drill-state.ts';
import type { ApprovalAnswer } from '../domain/drill/facts.ts';
import type { AttemptReport } from '../domain/record/attempt-report.ts';

/** A question to a person: keep what was restored, or throw it away. */
export interface ApprovalQuestion {
  state: DrillState;
  /** What Judge said of the restored data; null when it could not be read. */
  report: AttemptReport | null;
  /** Token of the waiting state. A secret: whoever has it can answer. Never logged, never in a notice. */
  taskToken: string;
  /** ISO 8601. */
  expiresAt: string;
}

/** Where the question is answered, one address for each answer. Secrets: whoever has one can give its answer. */
export interface ApprovalLinks {
  approve: string;
  decline: string;
}

/** How a question is answered: by its links, or, where the deployment has none, from the command line alone. */
export type ApprovalWay = ApprovalLinks | 'command line';

/** Keeps questions until they are answered. Adapter: adapters/approvals/approvals.ts, in the ledger's table. */
export interface Approvals {
  /**
   * Keeps the token where the answer finds it. Repeating it with the same token gives the same links; a new token (the
   * state was entered again) replaces the old one and ends its links.
   *
   * @throws DrillError LEDGER_UNWRITABLE
   */
  open(question: ApprovalQuestion): Promise<ApprovalWay>;
}

/** Reads what people answered, for whoever finds a drill that ended early. Adapter: adapters/approvals/given-answers.ts. */
export interface GivenAnswers {
  /**
   * The answer that a drill's state got or is about to get; null: nobody answered, or the answer came too late.
   * @throws DrillError LEDGER_UNREADABLE
   */
  answerOf(drillId: string): Promise<ApprovalAnswer | null>;
}
