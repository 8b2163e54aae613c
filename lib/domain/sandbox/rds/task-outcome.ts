import * as z from 'zod';

/** What is known of an ECS task that ended. Nothing in it is secret: the environment is not read. */
export interface TaskOutcome {
  /** Exit code of the container asked about; null when it has none, because it never ran or was never heard of. */
  exitCode: number | null;
  /** e.g. `TaskFailedToStart`, `EssentialContainerExited`; null when not told. */
  stopCode: string | null;
  /** Why, in ECS's words. */
  reason: string;
  startedAt: string | null;
  stoppedAt: string | null;
}

const moment = z.union([z.number(), z.string()]).nullish();
const describedTask = z.looseObject({
  StopCode: z.string().nullish(),
  StoppedReason: z.string().nullish(),
  StartedAt: moment,
  StoppedAt: moment,
  Containers: z
    .array(
      z.looseObject({
        Name: z.string().nullish(),
        ExitCode: z.number().nullish(),
        Reason: z.string().nullish(),
      }),
    )
    .nullish(),
});
const refusedTask = z.looseObject({
  Failures: z.array(
    z.looseObject({ Reason: z.string().nullish(), Arn: z.string().nullish(), Detail: z.string().nullish() }),
  ),
});

/**
 * Reads what Step Functions leaves of a task: the DescribeTasks JSON as an object (success), the same as a string in
 * `Cause` (States.TaskFailed), or the failures of RunTask (AmazonECS.Unknown). Null when it is none of these.
 * ECS leaves ExitCode out of a task that failed to start (docs/facts.md#what-is-left-of-a-task).
 */
export function readTaskOutcome(document: unknown, container: string): TaskOutcome | null {
  const value = typeof document === 'string' ? parsed(document) : document;
  const refused = refusedTask.safeParse(value);
  if (refused.success && refused.data.Failures.length > 0) {
    const reason = refused.data.Failures.map((f) => [f.Reason, f.Detail].filter(Boolean).join(': ')).join(
      '; ',
    );
    return { exitCode: null, stopCode: 'TaskFailedToStart', reason, startedAt: null, stoppedAt: null };
  }
  const task = describedTask.safeParse(value);
  if (!task.success || (task.data.Containers == null && task.data.StoppedReason == null)) return null;
  const { StopCode, StoppedReason, StartedAt, StoppedAt, Containers } = task.data;
  const asked = Containers?.find(({ Name }) => Name === container);
  const reasons = [StoppedReason, ...(Containers ?? []).map(({ Reason }) => Reason)];
  return {
    exitCode: asked?.ExitCode ?? null,
    stopCode: StopCode ?? null,
    reason: [...new Set(reasons.filter((reason) => reason != null && reason !== ''))].join('; '),
    startedAt: instant(StartedAt),
    stoppedAt: instant(StoppedAt),
  };
}

/** Whether the task never ran. */
export const neverStarted = (outcome: TaskOutcome): boolean =>
  outcome.stopCode === 'TaskFailedToStart' || (outcome.exitCode === null && outcome.startedAt === null);

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Step Functions gives milliseconds, DescribeTasks seconds, emulators texts. */
function instant(value: number | string | null | undefined): string | null {
  if (value == null) return null;
  const milliseconds = typeof value === 'string' ? Date.parse(value) : value > 1e11 ? value : value * 1000;
  return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
}
