import type { DrillState } from '../domain/drill/drill-state.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';

/** A request to a person: keep what was restored, or throw it away. */
export interface ApprovalRequest {
  state: DrillState;
  /** Token of the waiting state. A secret: whoever has it can answer. Never logged, never in the message. */
  taskToken: string;
  expiresAt: string;
}

/**
 * Tells people what happens. Never throws: a drill must not fail because nobody could be told; what could not be sent
 * is counted and alarmed. Adapters: SNS and CloudWatch metrics; on one machine the terminal tells, so nothing.
 */
export interface Announcements {
  /** A real restore begins: what it will do, before anything is made. */
  restorePlanned(state: DrillState): Promise<void>;
  /** A person must decide. Keeps the token where the answer finds it. */
  approvalNeeded(request: ApprovalRequest): Promise<void>;
  /** The record is sealed: verdict, findings, objectives, cost. */
  drillSealed(record: DrillRecord): Promise<void>;
}
