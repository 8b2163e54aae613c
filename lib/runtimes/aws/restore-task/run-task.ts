import { setTimeout as delay } from 'node:timers/promises';
import { DrillError } from '../../../domain/findings/errors.ts';
import { reportedError } from '../../reported-error.ts';
import type { DoorLogger } from '../door-logger.ts';
import type { Receipt, WaitingState } from '../task-token.ts';

/** How often the task tells that it lives. The machine gives up after five minutes (restoreHeartbeatSeconds). */
const heartbeatSeconds = 60;
/** How often progress is published: a person watches. */
const progressSeconds = 15;
/** How long interrupted work may take to let go. Fargate kills 120 s after SIGTERM, and the report comes after this. */
const letGoSeconds = 30;

/** Why the work was told to stop. */
class NobodyWaits extends Error {}

export interface TaskRun {
  state: WaitingState;
  /** Does the work; must stop when the signal is aborted. Its value is the state's output. */
  work(signal: AbortSignal): Promise<unknown>;
  /** Publishes progress; called between heartbeats. */
  publish(): Promise<void>;
  /** Aborted by SIGTERM. */
  interrupted: AbortSignal;
  log: DoorLogger;
  secrets: readonly string[];
  /** In seconds; for tests. */
  pace?: { heartbeat: number; progress: number; letGo: number };
}

/**
 * Works, tells that it lives, and reports how it ended: exactly one of success and failure, unless nobody waits any
 * more.
 *
 * @returns the exit code: 0 when the state machine took a success
 */
export async function runTask(run: TaskRun): Promise<0 | 1> {
  const { state, log } = run;
  const pace = run.pace ?? { heartbeat: heartbeatSeconds, progress: progressSeconds, letGo: letGoSeconds };
  const stop = new AbortController();
  const onInterrupt = () => stop.abort(interruption());
  if (run.interrupted.aborted) onInterrupt();
  run.interrupted.addEventListener('abort', onInterrupt, { once: true });
  const ended = new AbortController();
  const lifeSigns = [
    every(pace.heartbeat, ended.signal, () => beat(state, stop, log)),
    every(pace.progress, ended.signal, () => run.publish()),
  ];
  try {
    const output = await unlessStopped(run.work(stop.signal), stop.signal, pace.letGo);
    await run.publish();
    const receipt = await state.succeed(output);
    log.info('the task ended', { receipt });
    return receipt === 'taken' ? 0 : 1;
  } catch (error) {
    await reportFailure(run, stop.signal.aborted ? stop.signal.reason : error);
    return 1;
  } finally {
    run.interrupted.removeEventListener('abort', onInterrupt);
    ended.abort();
    await Promise.all(lifeSigns);
  }
}

async function reportFailure({ state, log, secrets }: TaskRun, error: unknown): Promise<void> {
  if (error instanceof NobodyWaits) {
    log.warn('the task stopped: its state is no longer waiting');
    return;
  }
  const reported = reportedError(error, secrets);
  log.failed(reported);
  const receipt = await state.fail(reported).catch((sendError: unknown): Receipt | 'not sent' => {
    // The machine hears of it by the missing heartbeat.
    log.warn('the failure could not be reported', { failure: reportedError(sendError, secrets) });
    return 'not sent';
  });
  log.info('the task failed', { receipt });
}

/** One failed heartbeat is no news: the SDK has retried it, and the machine waits for four more. */
async function beat(state: WaitingState, stop: AbortController, log: DoorLogger): Promise<void> {
  try {
    if ((await state.heartbeat()) === 'nobody waits') stop.abort(new NobodyWaits('nobody waits'));
  } catch (error) {
    log.warn('a heartbeat could not be sent', { failure: reportedError(error) });
  }
}

async function every(seconds: number, ended: AbortSignal, act: () => Promise<void>): Promise<void> {
  for (;;) {
    await delay(seconds * 1000, undefined, { signal: ended }).catch(() => {});
    if (ended.aborted) return;
    await act();
  }
}

/** Work that does not let go in time is left behind: the process ends soon after the report. */
async function unlessStopped<T>(work: Promise<T>, stop: AbortSignal, letGo: number): Promise<T> {
  const settled = new AbortController();
  const stopped = new Promise<never>((_resolve, reject) => {
    const onAbort = () =>
      void delay(letGo * 1000, undefined, { signal: settled.signal }).then(
        () => reject(stop.reason),
        () => {},
      );
    if (stop.aborted) onAbort();
    else stop.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    settled.abort();
  }
}

function interruption(): DrillError {
  return new DrillError('INTERRUPTED', 'the restore task was told to stop (SIGTERM)', {
    hint: 'Start the drill again; see the stopped task in ECS for who or what ended it.',
    fault: 'service',
    retryable: true,
  });
}
