import type { Decision } from './approval-links.ts';

/** An approval as people may see it: neither token nor key. */
export interface ApprovalView {
  drillId: string;
  database: string;
  /** What will be kept, as the notification said it. */
  plan: string;
  requestedAt: string;
  expiresAt: string;
  answer: { decision: Decision; by: string; answeredAt: string } | null;
}

export type LinkCheck =
  | { state: 'valid'; decision: Decision; approval: ApprovalView }
  /** Not signed by us, for another drill, or mangled on its way. Nothing more is said of it. */
  | { state: 'invalid' }
  /** Too late: nobody answered in time, or the execution had ended before the answer came. */
  | { state: 'expired'; expiresAt: string }
  | { state: 'already answered'; decision: Decision };

export type AnswerOutcome =
  | { state: 'answered'; decision: Decision }
  /** No approval of this drill is known: not asked for (yet), or forgotten a week after its end. */
  | { state: 'unknown' }
  | { state: 'expired'; expiresAt: string }
  | { state: 'already answered'; decision: Decision; by: string; answeredAt: string }
  /** The execution ended or gave up waiting before the answer came. */
  | { state: 'no longer waiting' };

export interface ApprovalAnswers {
  /** @throws DrillError LEDGER_UNREADABLE */
  find(drillId: string): Promise<ApprovalView | null>;
  /** Looks at a link without answering. @throws DrillError LEDGER_UNREADABLE */
  verify(query: Record<string, string | undefined>): Promise<LinkCheck>;
  /**
   * Gives the answer to the waiting state, once. The same answer may be given again when it could not be delivered.
   *
   * @param answer.by who: an IAM principal, or `link`
   * @throws DrillError LEDGER_UNWRITABLE, INTERNAL_ERROR (retryable) when Step Functions could not be reached
   */
  answer(answer: { drillId: string; decision: Decision; by: string }): Promise<AnswerOutcome>;
}
