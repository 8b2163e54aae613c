import type { HistoryEvent } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import { isDrillError } from '../../domain/findings/errors.ts';
import type { RestoreProgress } from '../../domain/recovery/restore-account.ts';
import { lambdaPlaceholders } from '../../machine/placeholders.ts';
import { type StateKey, stateNames } from '../../machine/state-names.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillStep } from '../../runtimes/local/run-drill.ts';
import type { DrillProgress } from '../progress/drill-progress.ts';
import { DrillWatcher } from '../progress/drill-watcher.ts';
import { accountError } from './account-error.ts';
import { AccountLines } from './account-lines.ts';
import { causeText, type ExecutionNews, HistoryReader, type StateOutcome } from './history-events.ts';
import { ReplayedProgress } from './replayed-progress.ts';

/** One drill in an account, as it is watched. */
export interface WatchedExecution {
  /** Events with ids above `afterId`, oldest first. */
  eventsSince(afterId: number): Promise<HistoryEvent[]>;
  /** What the restore task of an attempt last left; null: nothing yet. */
  restoreProgress(attempt: number): Promise<RestoreProgress | null>;
  /** What to type to answer an approval. */
  approveCommand: string;
}

export type Ending = Extract<ExecutionNews, { kind: 'ended' }>;

/**
 * Step Functions grants 20 history reads a second to a whole account (in reserve: 400). Every 3 s leaves room for
 * sixty watchers; after five minutes without news – a thaw, an approval – every 10 s is soon enough.
 */
const pause = { busySeconds: 3, quietSeconds: 10, quietAfterSeconds: 300 };
/** Reads that may fail in a row, about two minutes: a laptop that changes networks goes on watching. */
const failuresBorne = 20;

/**
 * Shows a drill as the local run does until it ends, or until `signal` stops the watching – the drill goes on then.
 *
 * @returns how the execution ended; null when the watching was stopped
 * @throws DrillError as accountError() tells it
 */
export async function watchExecution(
  execution: WatchedExecution,
  shown: DrillProgress,
  clock: Clock,
  signal: AbortSignal,
): Promise<Ending | null> {
  const reader = new HistoryReader();
  const view = new ExecutionView(shown, clock, execution.approveCommand);
  let failures = 0;
  let lastNews = clock.now().getTime();
  while (!signal.aborted) {
    try {
      const news = reader.read(await execution.eventsSince(reader.lastId));
      for (const one of news) view.tell(one);
      view.settled();
      const ending = news.find((one) => one.kind === 'ended');
      if (ending !== undefined) return ending;
      if (news.length > 0) lastNews = clock.now().getTime();
      const attempt = view.restoringAttempt;
      const progress = attempt === null ? null : await execution.restoreProgress(attempt);
      if (progress !== null) view.restoreProgress(progress);
      failures = 0;
    } catch (error) {
      const told = accountError(error);
      failures += 1;
      if (!isDrillError(told) || !told.retryable || failures > failuresBorne) throw told;
      if (failures === 1) shown.note(`${told.message}; still trying`);
    }
    const quietSeconds = (clock.now().getTime() - lastNews) / 1000;
    const seconds = quietSeconds > pause.quietAfterSeconds ? pause.quietSeconds : pause.busySeconds;
    await clock.sleep(seconds, signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
  return null;
}

/** Enough of the state to follow the restore task; the rest is the watcher's. */
const restoringState = z.looseObject({ attempt: z.number().int().min(1) });
const restoredState = z.looseObject({ restored: z.looseObject({ complete: z.boolean() }) });
const longChecksState = z.looseObject({ longChecks: z.array(z.unknown()) });

/** What the local run hears from a step itself is part of the state that it leaves here. */
function answerOf(step: DrillStep, output: unknown): unknown {
  if (step === 'restoreDump') return restoredState.safeParse(output).data?.restored;
  if (step === 'runLongChecks')
    return { ran: longChecksState.safeParse(output).data?.longChecks.length ?? 0 };
  return output;
}

/** A restore on a volume is a restore: what it is started by is nothing to watch. */
const shownStep = (step: StateKey): StateKey => (step === 'restoreOnVolume' ? 'restoreDump' : step);

/** Steps that the local run has too. */
const isShared = (step: StateKey): step is DrillStep =>
  step in lambdaPlaceholders || step === 'restoreDump' || step === 'runLongChecks';

/** Hands the news of an execution to the watcher of local drills, and to the lines that only an account has. */
class ExecutionView {
  readonly #progress: ReplayedProgress;
  readonly #watcher: DrillWatcher;
  readonly #lines: AccountLines;
  /** Attempt whose restore task is at work; null: none is. */
  restoringAttempt: number | null = null;

  constructor(shown: DrillProgress, clock: Clock, approveCommand: string) {
    this.#progress = new ReplayedProgress(shown, () => clock.now());
    this.#watcher = new DrillWatcher(this.#progress);
    this.#lines = new AccountLines(this.#progress, approveCommand);
  }

  tell(news: ExecutionNews): void {
    this.#progress.at = news.at;
    if (news.kind !== 'ended' && news.step !== null) {
      const step = shownStep(news.step);
      if (news.kind === 'entered') this.#entered(step, news.input);
      else this.#exited(step, news.outcome);
    }
    this.#progress.at = null;
  }

  settled(): void {
    this.#lines.settled();
  }

  restoreProgress(progress: RestoreProgress): void {
    this.#watcher.restoreProgress(progress);
  }

  #entered(step: StateKey, input: unknown): void {
    this.#lines.entered(step);
    if (!isShared(step)) return;
    this.#watcher.began(step);
    if (step !== 'restoreDump') return;
    this.restoringAttempt = restoringState.safeParse(input).data?.attempt ?? null;
    this.#progress.stepProgress(stateNames.restoreDump, 'waiting for the restore task to start');
  }

  #exited(step: StateKey, outcome: StateOutcome): void {
    this.#lines.exited(step, outcome);
    if (!isShared(step)) return;
    if (step === 'restoreDump') this.restoringAttempt = null;
    if ('error' in outcome) {
      this.#watcher.ended(step, { error: new Error(causeText(outcome.error, outcome.cause)) });
      return;
    }
    const output = answerOf(step, outcome.data);
    // A document too long for the history ends its step without details: the next step closes its line.
    if (output === null || output === undefined) return;
    try {
      this.#watcher.ended(step, { output });
    } catch {
      // The stack may be of another version, whose documents look otherwise: watching on is worth more than a detail.
    }
  }
}
