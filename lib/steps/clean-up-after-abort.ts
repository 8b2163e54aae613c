import type { DrillState } from '../domain/drill/drill-state.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { handedOver } from './hand-over.ts';
import { isKeptRestore, type KeptRestorePorts } from './kept-restores.ts';
import { refusalFindings } from './promote.ts';
import { sealRecordStep } from './seal-record.ts';
import { confirmGoneStep, tearDownSandboxStep, teardownAsked } from './tear-down-sandbox.ts';
import { notPrepared } from './unprepared-hand-over.ts';

type CleanUpPorts = Pick<
  DrillPorts,
  | 'clock'
  | 'configuration'
  | 'drillMetrics'
  | 'evidence'
  | 'exports'
  | 'ledger'
  | 'mishaps'
  | 'notifiers'
  | 'region'
  | 'restoreTasks'
  | 'sandboxes'
  | 'site'
  | 'provenance'
> &
  KeptRestorePorts;

export interface CleanUpOptions {
  /** Seconds between two looks whether the sandbox is gone. */
  lookIntervalSeconds: number;
  /**
   * Seconds in which a sandbox may still appear that was being asked for when the execution ended: an abort does not stop
   * a Lambda that runs. Default 0: nothing runs on any more.
   */
  settleSeconds?: number;
  /** Seconds after which the record is sealed although the sandbox is still there. Default: as long as a drill waits. */
  limitSeconds?: number;
}

/**
 * An aborted or timed-out execution runs no Catch (docs/facts.md#what-no-catch-sees). Called from outside the machine –
 * by the rule on the execution's status in AWS, by the signal handler locally – it stops the restore task, removes the sandbox and
 * seals what is known. What was interrupted is never PROVEN, whatever had been judged before. A restored database that
 * was approved is never removed: it is kept as it is, and what is left to do is said.
 *
 * @throws DrillError LEDGER_UNREADABLE, EVIDENCE_UNREADABLE when nobody can say whether it was approved
 */
export async function cleanUpAfterAbort(
  state: DrillState,
  reason: string,
  ports: CleanUpPorts,
  options: CleanUpOptions = { lookIntervalSeconds: 0.2 },
): Promise<DrillState> {
  const interrupted: DrillState = {
    ...state,
    drillFindings: [...state.drillFindings, finding('INTERRUPTED', reason)],
  };
  if (await isKeptRestore(state, ports)) {
    const kept = state.handOver === null ? await keepAsItIs(interrupted, ports) : interrupted;
    return sealRecordStep(kept, ports);
  }
  const leaving = await tearDownSandboxStep(interrupted, ports).catch((error: unknown) =>
    teardownFailed(interrupted, error),
  );
  return sealRecordStep(await waitUntilGone(leaving, state.stage, options, ports), ports);
}

/**
 * What a drill left whose record is sealed already – by the next drill of its database, which found its lock, or by
 * itself without a confirmed teardown: the record stays as it is, the task and the sandbox are asked to go once more.
 * A restore that was approved is freed from its lease instead.
 *
 * @throws DrillError when asking again may help
 */
export async function removeLeftBehind(
  state: DrillState,
  sealed: Pick<DrillRecord, 'teardown' | 'handOver'>,
  ports: Pick<DrillPorts, 'restoreTasks' | 'sandboxes' | 'clock'> & KeptRestorePorts,
): Promise<'nothing left' | 'asked to go' | 'kept'> {
  if (sealed.teardown.confirmed) return 'nothing left';
  if (sealed.handOver !== undefined || (await isKeptRestore(state, ports))) {
    // "Promote" itself may have failed: then its lease is still there.
    await keep(sandboxIdOf(state, ports), state.drillId, ports);
    return 'kept';
  }
  const { teardown } = await tearDownSandboxStep(state, ports);
  if (teardown.detail === teardownAsked) return 'asked to go';
  throw new DrillError('TEARDOWN_FAILED', teardown.detail, {
    hint: 'This is repeated; the sweeper removes the sandbox once its lease has ended.',
    fault: 'service',
    retryable: true,
  });
}

/** Stages at which a sandbox may just be asked for. */
const asking: ReadonlySet<DrillState['stage']> = new Set([
  'sandbox planned',
  'dump to read',
  'sandbox without capacity',
]);

/** A drill whose sandbox was asked to go. */
type Leaving = At<'sandbox leaving' | 'sandbox gone'>;

async function waitUntilGone(
  leaving: Leaving,
  interruptedAt: DrillState['stage'],
  { lookIntervalSeconds, settleSeconds = 0, limitSeconds = Number.POSITIVE_INFINITY }: CleanUpOptions,
  ports: CleanUpPorts,
): Promise<Leaving> {
  const { askedAt } = leaving.teardown;
  const mayAppear = asking.has(interruptedAt);
  let current: Leaving = leaving;
  while (current.stage === 'sandbox leaving') {
    const looked = await confirmGoneStep(current, ports);
    const waitedSeconds = secondsBetween(askedAt, ports.clock.now().toISOString());
    const early = mayAppear && looked.teardown.confirmed && waitedSeconds < settleSeconds;
    if (looked.stage !== 'sandbox leaving' && !early) return looked;
    if (waitedSeconds >= limitSeconds) {
      const detail = `sandbox ${current.sandbox?.sandboxId ?? ''} was still there after ${inWords(waitedSeconds)}`;
      return teardownFailed(current, new Error(detail));
    }
    current = { ...looked, stage: 'sandbox leaving' };
    await ports.clock.sleep(lookIntervalSeconds);
  }
  return current;
}

/**
 * Frees an approved database from its lease, which would end it, and protects it. Whatever of that fails is told: the
 * sweeper keeps it all the same.
 */
async function keepAsItIs(state: DrillState, ports: CleanUpPorts): Promise<DrillState> {
  const { drillId, stage } = state;
  const sandboxId = sandboxIdOf(state, ports);
  const unprepared =
    stage === 'awaiting approval' || stage === 'approved'
      ? [await notPrepared(state, 'the drill was interrupted', ports)]
      : [];
  const refused = await keep(sandboxId, drillId, ports);
  return handedOver({
    ...state,
    stage: 'promotion pending',
    drillFindings: [...state.drillFindings, ...unprepared, ...refused],
  });
}

const sandboxIdOf = (
  { drillId, sandbox }: DrillState,
  { sandboxes }: Pick<DrillPorts, 'sandboxes'>,
): string => sandbox?.sandboxId ?? sandboxes.sandboxIdFor(drillId);

async function keep(
  sandboxId: string,
  drillId: string,
  { sandboxes }: Pick<DrillPorts, 'sandboxes'>,
): Promise<Finding[]> {
  try {
    return refusalFindings(sandboxId, (await sandboxes.promotion?.keep(sandboxId, drillId)) ?? []);
  } catch (error) {
    return [finding('PROMOTION_FAILED', error instanceof Error ? error.message : String(error))];
  }
}

function teardownFailed(state: DrillState, error: unknown): At<'sandbox gone'> {
  const detail = error instanceof Error ? error.message : String(error);
  return {
    ...state,
    stage: 'sandbox gone',
    teardown: { askedAt: state.startedAt, confirmed: false, detail },
    drillFindings: [...state.drillFindings, finding('TEARDOWN_FAILED', detail)],
  };
}
