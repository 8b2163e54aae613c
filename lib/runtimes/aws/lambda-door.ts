import type { Context } from 'aws-lambda';
import { evidenceOf } from '../../contract/evidence.ts';
import { isTouch, type Touch } from '../../contract/touch.ts';
import type { DrillState } from '../../domain/drill/drill-state.ts';
import { parseDrillState } from '../../domain/drill/state-schema.ts';
import { stateNames } from '../../machine/state-names.ts';
import type { EvidenceStore } from '../../ports/evidence-store.ts';
import { lambdaError, reportedError } from '../reported-error.ts';
import { type DoorLogger, doorLogger, type LogFacts } from './door-logger.ts';
import { traceWork } from './tracing.ts';

type LambdaHandler<Output> = (payload: unknown, context?: Context) => Promise<Output>;

type Work<Output> = (payload: unknown, log: DoorLogger) => Promise<Output>;

/**
 * Makes a handler of a step: logs with the drill's id in every line, traces, and on failure logs once and throws what
 * Lambda reports as `errorType` – the finding's code – and `errorMessage`.
 */
export function lambdaDoor<Output>(state: string, work: Work<Output>): LambdaHandler<Output> {
  return async (payload, context) => {
    const facts = factsOf(payload);
    const log = doorLogger(state, facts, context);
    const startedAt = performance.now();
    try {
      const output = await traceWork(state, facts, () => work(payload, log));
      const stage = isRecord(output) && typeof output.stage === 'string' ? { stage: output.stage } : {};
      log.info('step ended', { ...stage, seconds: secondsSince(startedAt) });
      return output;
    } catch (error) {
      const reported = reportedError(error);
      log.failed(reported);
      throw lambdaError(reported);
    }
  };
}

/** A handler that may be touched without being asked for anything. */
interface TouchableHandler<Output> {
  (payload: Touch): Promise<null>;
  (payload: unknown, context?: Context): Promise<Output>;
}

/** Lets a handler be touched, so that its function stays awake: nothing is read, written or logged then. */
export function touchable<Output>(handler: LambdaHandler<Output>): TouchableHandler<Output> {
  const answering = async (payload: unknown, context?: Context): Promise<Output | null> =>
    isTouch(payload) ? null : handler(payload, context);
  return answering as TouchableHandler<Output>;
}

/**
 * The same for a step from state to state. After it, the state is kept as evidence when the drill got further: an
 * aborted execution takes its state with it, and who cleans up after it starts from the last one kept.
 */
export function stateDoor(
  key: keyof typeof stateNames,
  step: (state: DrillState, log: DoorLogger) => Promise<DrillState>,
  evidence: () => EvidenceStore,
): LambdaHandler<DrillState> {
  return lambdaDoor(stateNames[key], async (payload, log) => {
    const before = parseDrillState(payload);
    const after = await step(before, log);
    await keepState(before, after, evidence(), log);
    return after;
  });
}

/** That the state could not be kept must not end a drill: clean-up can do without, if less exactly. */
export async function keepState(
  before: DrillState | null,
  after: DrillState,
  evidence: EvidenceStore,
  log: DoorLogger,
): Promise<void> {
  if (!stateChanged(before, after)) return;
  try {
    await evidence.write(evidenceOf.state, after.drillId, after);
  } catch (error) {
    log.warn('the state of the drill could not be kept', { failure: reportedError(error) });
  }
}

/** Whether a step changed what somebody who cleans up must know. Looks that found nothing new change nothing. */
function stateChanged(before: DrillState | null, after: DrillState): boolean {
  if (before === null || before.stage !== after.stage) return true;
  return JSON.stringify(before.sandbox) !== JSON.stringify(after.sandbox);
}

const secondsSince = (startedAt: number): number => Math.round(performance.now() - startedAt) / 1000;

function factsOf(payload: unknown): LogFacts {
  if (!isRecord(payload)) return {};
  const { drillId, database, attempt, execution } = payload;
  const name = isRecord(execution) ? execution.name : drillId;
  return {
    ...(typeof name === 'string' ? { drillId: name } : {}),
    ...(typeof database === 'string' ? { database } : {}),
    ...(typeof attempt === 'number' ? { attempt } : {}),
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;
