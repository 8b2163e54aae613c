import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { type StateKey, stateNames } from '../../machine/state-names.ts';

/** What a watching person hears of an execution, in its order. */
export type ExecutionNews =
  | { kind: 'entered'; at: Date; state: string; step: StateKey | null; input: unknown }
  | { kind: 'exited'; at: Date; state: string; step: StateKey | null; outcome: StateOutcome }
  /** The last one: `cause` is the machine's, absent on success. */
  | { kind: 'ended'; at: Date; status: EndStatus; error: string | null; cause: string | null };

/** `data` is null when Step Functions left the document out because it is too long. */
export type StateOutcome = { data: unknown } | { error: string; cause: string };

type EndStatus = 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

const steps = new Map<string, StateKey>(
  Object.entries(stateNames).map(([key, name]) => [name, key as StateKey]),
);

/**
 * Reads the history of an execution, which may come in pieces. States of a Map run side by side, so an event belongs
 * to the state that `previousEventId` leads back to. A state whose task failed and was caught exits like any other: what
 * went wrong is in the events before, and a retry that succeeds makes it good.
 */
export class HistoryReader {
  /** Event id → id of the event with which its state was entered. */
  readonly #enteredBy = new Map<number, number>();
  /** Id of the entering event → how the last try of its task failed. */
  readonly #failures = new Map<number, { error: string; cause: string }>();
  #lastId = 0;

  /** Id of the newest event read. */
  get lastId(): number {
    return this.#lastId;
  }

  /** News of the events, which must follow those read before. */
  read(events: readonly HistoryEvent[]): ExecutionNews[] {
    return events.flatMap((event) => this.#one(event));
  }

  #one(event: HistoryEvent): ExecutionNews[] {
    const { id = 0, previousEventId = 0, type = '', timestamp: at = new Date(0) } = event;
    if (id <= this.#lastId) return [];
    this.#lastId = id;
    const entered = type.endsWith('StateEntered') ? id : (this.#enteredBy.get(previousEventId) ?? 0);
    this.#enteredBy.set(id, entered);

    const ending = endings[type];
    if (ending !== undefined) {
      const { error = null, cause = null } = ending.details(event) ?? {};
      return [{ kind: 'ended', at, status: ending.status, error, cause }];
    }
    if (event.stateEnteredEventDetails !== undefined) {
      const { name: state = '', input } = event.stateEnteredEventDetails;
      return [{ kind: 'entered', at, state, step: steps.get(state) ?? null, input: parsed(input) }];
    }
    if (event.stateExitedEventDetails !== undefined) {
      const { name: state = '', output } = event.stateExitedEventDetails;
      const failure = type === 'MapStateExited' ? undefined : this.#failures.get(entered);
      const outcome = failure ?? { data: parsed(output) };
      return [{ kind: 'exited', at, state, step: steps.get(state) ?? null, outcome }];
    }
    const failure = taskFailure(event);
    if (failure !== null) this.#failures.set(entered, failure);
    else if (/Succeeded$/.test(type)) this.#failures.delete(entered);
    return [];
  }
}

type Details = { error?: string | undefined; cause?: string | undefined } | undefined;

const endings: Record<string, { status: EndStatus; details(event: HistoryEvent): Details }> = {
  ExecutionSucceeded: { status: 'SUCCEEDED', details: () => undefined },
  ExecutionFailed: { status: 'FAILED', details: (event) => event.executionFailedEventDetails },
  ExecutionTimedOut: { status: 'TIMED_OUT', details: (event) => event.executionTimedOutEventDetails },
  ExecutionAborted: { status: 'ABORTED', details: (event) => event.executionAbortedEventDetails },
};

function taskFailure(event: HistoryEvent): { error: string; cause: string } | null {
  const details: Details =
    event.taskFailedEventDetails ??
    event.taskTimedOutEventDetails ??
    event.taskStartFailedEventDetails ??
    event.taskSubmitFailedEventDetails ??
    event.lambdaFunctionFailedEventDetails ??
    event.lambdaFunctionTimedOutEventDetails ??
    event.lambdaFunctionScheduleFailedEventDetails ??
    event.lambdaFunctionStartFailedEventDetails;
  if (details === undefined) {
    // A task that timed out without details is told by its type alone.
    return /(TimedOut|StartFailed|SubmitFailed|ScheduleFailed)$/.test(event.type ?? '')
      ? { error: 'States.Timeout', cause: '' }
      : null;
  }
  return { error: details.error ?? 'unknown error', cause: details.cause ?? '' };
}

/** Documents beyond Step Functions' own limit are cut off: such a one is no JSON, and is treated as not there. */
function parsed(text: string | undefined): unknown {
  if (text === undefined) return null;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a Lambda said of its error: its Cause is a JSON document with `errorMessage`; others are plain text. */
export function causeText(error: string, cause: string): string {
  const document = parsed(cause);
  if (typeof document === 'object' && document !== null && 'errorMessage' in document)
    return String(document.errorMessage);
  if (typeof document === 'object' && document !== null && 'StoppedReason' in document)
    return `${error}: ${String(document.StoppedReason)}`;
  const line = cause.split('\n')[0]?.slice(0, 300) ?? '';
  return line === '' ? error : line;
}
