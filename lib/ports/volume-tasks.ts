import type { RestoreTaskPlace } from '../domain/sandbox/rds/tasks.ts';

/** A restore task that shall run with a volume of its own. */
export interface VolumeTaskRequest {
  drillId: string;
  attempt: number;
  place: RestoreTaskPlace & { volume: NonNullable<RestoreTaskPlace['volume']> };
  /** Kept at the volume, so that a sweep finds one that was left. */
  leaseExpiresAt: string;
  /** The state that waits for the task's answer. */
  taskToken: string;
}

/** How a start ended. */
export type TaskStart =
  /** Its container runs, or ran: from here on the task answers itself. */
  | { outcome: 'running' }
  /** ECS refused it; nothing was made. `error` as Step Functions names it, e.g. `ECS.AccessDeniedException`. */
  | { outcome: 'refused'; error: string; reason: string }
  /** It was stopped before its container ran, with its volume. */
  | { outcome: 'stopped'; reason: string }
  /** The state no longer waits, so it was stopped again. */
  | { outcome: 'nobody waits' };

/** Starts restore tasks with a volume. Adapter: ECS. */
export interface VolumeTasks {
  /** Starts one and waits until it runs, or never will. Starting it twice with one token starts one. */
  start(request: VolumeTaskRequest): Promise<TaskStart>;
}
