/** The local door: runs the deployed definition with the deployed steps against this machine's adapters. */

import { evidenceOf } from '../../contract/evidence.ts';
import type { DrillState } from '../../domain/drill/drill-state.ts';
import { parseDrillState } from '../../domain/drill/state-schema.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import type { LambdaStep } from '../../machine/definition.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DrillPorts } from '../../ports/drill-ports.ts';
import { cleanUpAfterAbort } from '../../steps/clean-up-after-abort.ts';
import { drillSteps } from '../../steps/drill-steps.ts';
import { readDumpStep } from '../../steps/read-dump.ts';
import { restoreDumpStep } from '../../steps/restore-dump.ts';
import { runLongChecksStep } from '../../steps/run-long-checks.ts';
import { lambdaError, reportedError } from '../reported-error.ts';
import {
  type ContainerEnvironment,
  type DrillHandlers,
  interpretDrill,
  type StateHandler,
} from './interpreter.ts';

/** How long an interrupted drill lets its steps end by themselves: a restore stops at once when it is told. */
const graceSeconds = 1;

/** A step that can be watched: a Lambda, or what the restore task does. */
export type DrillStep = LambdaStep | 'restoreDump' | 'runLongChecks';

/** Hears of every step as it begins and ends; the terminal's live list hangs on it. */
export interface StepWatcher {
  began(step: DrillStep, input: unknown): void;
  ended(step: DrillStep, outcome: { output: unknown } | { error: Error }): void;
}

export interface LocalDrill {
  drillId: string;
  /** What a person would type into Start execution. */
  input: unknown;
  operator: string;
  ports: DrillPorts;
  watcher: StepWatcher;
  /** Who plays what a drill on one machine never has: containers of the user, a person who answers. */
  outside?: Pick<DrillHandlers, 'hook' | 'answer'>;
}

const nobodyOutside: Pick<DrillHandlers, 'hook' | 'answer'> = {
  hook: async () => Promise.reject(new Error('no containers run on one machine')),
  answer: async () => Promise.reject(new Error('nobody is asked on one machine')),
};

/**
 * Runs one drill to its sealed record. Always resolves with the record, whatever the verdict; an abort of
 * `ports.signal` ends in a record too.
 *
 * @throws DrillError when even the record could not be sealed
 */
export async function runLocalDrill(drill: LocalDrill): Promise<DrillRecord> {
  const { ports } = drill;
  // What steps were given and gave, in order; which of it is the drill's state, only an interruption asks.
  const heard: unknown[] = [];
  let lastError: Error | null = null;
  const running = new Set<Promise<unknown>>();

  const watched =
    (step: DrillStep, handler: StateHandler): StateHandler =>
    (input) => {
      // What came in may know more than what the last step gave out: the answer of a person.
      heard.push(input);
      const work = runWatched(drill.watcher, step, handler, input).then(
        (output) => {
          heard.push(output);
          return output;
        },
        (error: Error) => {
          lastError = error;
          throw error;
        },
      );
      running.add(work);
      const settled = () => running.delete(work);
      work.then(settled, settled);
      return untilAborted(work, ports.signal);
    };

  const steps = drillSteps(ports, drill.operator);
  const lambdas = Object.fromEntries(
    Object.entries(steps).map(([name, handler]) => [name, watched(name as LambdaStep, handler)]),
  ) as Record<LambdaStep, StateHandler>;
  const restore = watched('restoreDump', (input) => restoreDumpStep(pointerOf(input), ports));
  const longChecks = watched('runLongChecks', (input) => runLongChecksStep(pointerOf(input), ports));

  const execution = interpretDrill({
    executionName: drill.drillId,
    startedAt: ports.clock.now().toISOString(),
    input: drill.input,
    handlers: {
      ...(drill.outside ?? nobodyOutside),
      lambdas,
      task: (environment) => {
        if (environment.COMMAND === 'read') return readDumpStep(pointerOf(environment), ports);
        return (environment.COMMAND === 'checks' ? longChecks : restore)(environment);
      },
    },
  });
  const abort = () => execution.abort();
  ports.signal.addEventListener('abort', abort, { once: true });
  // The verdict is in the record: that the machine ends in Fail is how AWS hears of it, and no surprise here.
  await execution.result.catch(() => {});
  ports.signal.removeEventListener('abort', abort);
  const settled = Promise.allSettled(running);
  // An interrupted check may wait for its query for minutes; it ends when its server goes away.
  await (ports.signal.aborted ? withinGrace(settled, ports.clock) : settled);

  const interrupted = ports.signal.aborted ? heard.findLast(isState) : undefined;
  if (interrupted !== undefined && interrupted.stage !== 'sealed') {
    const known = { ...ports, answers: null };
    await cleanUpAfterAbort(interrupted, 'the drill was interrupted by a signal', known);
  }
  return readRecord(drill, lastError);
}

/**
 * Work as the interpreter waits for it: until the drill is aborted, even when the work goes on. The interpreter keeps a timer of
 * the task's time limit – a day – for as long as it waits, and the process would not end before it.
 */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(new DrillError('INTERRUPTED', 'the drill was interrupted'));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

/** Waits for it, and no longer than the steps of an interrupted drill may take. */
async function withinGrace(settled: Promise<unknown>, clock: Clock): Promise<void> {
  const inTime = new AbortController();
  const grace = clock.sleep(graceSeconds, inTime.signal).catch(() => {});
  await Promise.race([settled, grace]);
  inTime.abort();
}

function pointerOf(environment: unknown): { drillId: string; attempt: number } {
  const { DRILL_ID, ATTEMPT } = environment as ContainerEnvironment;
  return { drillId: DRILL_ID ?? '', attempt: Number(ATTEMPT) };
}

async function runWatched(
  watcher: StepWatcher,
  step: DrillStep,
  handler: StateHandler,
  input: unknown,
): Promise<unknown> {
  watcher.began(step, input);
  try {
    const output = await handler(input);
    watcher.ended(step, { output });
    return output;
  } catch (error) {
    // As at the door of a Lambda: what is no error of ours is told without the words of the server, which may quote rows.
    const told = isDrillError(error) ? error : lambdaError(reportedError(error));
    watcher.ended(step, { error: told });
    throw told;
  }
}

function isState(output: unknown): output is DrillState {
  try {
    parseDrillState(output);
    return true;
  } catch {
    return false;
  }
}

async function readRecord(drill: LocalDrill, lastError: Error | null): Promise<DrillRecord> {
  const record = await drill.ports.evidence.find(evidenceOf.record, drill.drillId);
  if (record !== null) return record;
  const cause = lastError ?? new Error('no step failed');
  throw new DrillError(
    isDrillError(cause) ? cause.code : 'INTERNAL_ERROR',
    `the drill ended without a record: ${cause.message}`,
    {
      hint: isDrillError(cause)
        ? cause.hint
        : 'Check that the state directory is writable and has space, then start the drill again.',
      cause,
    },
  );
}
