/** One timed phase, in the words of the state machine. */
export interface DrillPhase {
  name: string;
  startedAt: string;
  seconds: number;
  bytes?: number;
  rows?: number;
}

/** What a person answered to "Await approval". Nobody in time counts as declined. */
export interface ApprovalAnswer {
  decision: 'approved' | 'declined';
  /** Who: an IAM principal, or `link` for the signed link of the notification. */
  by: string;
}

/** Where the restored database lives from now on, and what is left for the operator. */
export interface HandOver {
  sandboxId: string;
  endpoint: string;
  port: number;
  masterRole: string;
  secretArn: string | null;
  /** False when something of the promotion did not come off; `remaining` says what. */
  complete: boolean;
  /** Plain sentences: what remains for the operator. */
  remaining: string[];
}
