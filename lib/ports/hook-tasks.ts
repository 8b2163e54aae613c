import type { HookName } from '../contract/names.ts';
import type { HookRun, RestoreTaskPlace } from '../domain/sandbox/rds/tasks.ts';

/** A hook that is to run against a server inside the task that asks. */
export interface HookTaskRequest {
  drillId: string;
  attempt: number;
  name: HookName;
  run: HookRun;
  /** Network of the restore task, which is the hook's too. */
  place: RestoreTaskPlace;
  /** What the container of ours in the hook's task needs to reach us; no secret. */
  tunnel: { host: string; publicKey: string };
  /** Called with each address of the hook's task as soon as it is known. */
  onAddress(address: string): void;
}

/** Tasks of hooks that the restore task starts itself; where the sandbox is an instance, the machine does. */
export interface HookTasks {
  /**
   * Runs it to its end, or stops it when its time is over.
   *
   * @returns how it ended, as Step Functions would have left it (domain/sandbox/rds/task-outcome.ts): the task, or `Error` and `Cause`
   * @throws an error when `signal` is aborted; the task is stopped then
   */
  run(request: HookTaskRequest, signal: AbortSignal): Promise<unknown>;
}
