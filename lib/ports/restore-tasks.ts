/** What became of a drill's restore task that answers no more. */
export interface TaskDiagnosis {
  /** False: it never ran (image not pulled, no capacity, no right to a role). */
  started: boolean;
  /** In words, from ECS: stop code, reason, exit code. No secret: the task's environment is not part of it. */
  reason: string;
}

/**
 * The tasks of a drill that run outside the machine: the restore, long checks, hooks. They are found by the drill id
 * that the machine gives to every container (DRILL_ID). Adapters: ECS; on one machine the restore runs in this process, so nothing.
 */
export interface RestoreTasks {
  /** Stops every task of the drill that still runs, and waits for none. Succeeds when there is none. */
  stop(drillId: string): Promise<void>;
  /** What is known of the newest task that is no hook's; null: nothing (stopped tasks are forgotten after about an hour). */
  diagnose(drillId: string): Promise<TaskDiagnosis | null>;
}
