import { evidenceOf } from '../contract/evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { promotionMayHaveBegun } from '../domain/drill/hand-over.ts';
import type { At } from '../domain/drill/known-at.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { finding } from '../domain/findings/findings.ts';
import type { DrillRecord } from '../domain/record/drill-record.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { handedOver } from './hand-over.ts';
import { sealRecordStep } from './seal-record.ts';
import { confirmGoneStep, tearDownSandboxStep, teardownAsked } from './tear-down-sandbox.ts';

type CleanUpPorts = Pick<
  DrillPorts,
  | 'clock'
  | 'configuration'
  | 'drillMetrics'
  | 'evidence'
  | 'ledger'
  | 'mishaps'
  | 'notifiers'
  | 'region'
  | 'restoreTasks'
  | 'sandboxes'
  | 'software'
>;

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
 * seals what is known. What was interrupted is never PROVEN, whatever had been judged before. A restored database whose
 * promotion may have begun is never removed: it is handed over as it is.
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
  if (await mayBePromoted(state, ports)) {
    const kept =
      state.handOver === null ? handedOver({ ...interrupted, stage: 'promotion pending' }) : interrupted;
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
 * Nothing of a restore whose promotion may have begun is touched.
 *
 * @throws DrillError when asking again may help
 */
export async function removeLeftBehind(
  state: DrillState,
  sealed: Pick<DrillRecord, 'teardown' | 'handOver'>,
  ports: Pick<DrillPorts, 'evidence' | 'restoreTasks' | 'sandboxes' | 'clock'>,
): Promise<'nothing left' | 'asked to go' | 'kept'> {
  if (sealed.teardown.confirmed) return 'nothing left';
  if (sealed.handOver !== undefined || (await mayBePromoted(state, ports))) return 'kept';
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

/** The last state that is known may be older than what a step had begun when the execution ended: evidence knows. */
async function mayBePromoted(state: DrillState, ports: Pick<DrillPorts, 'evidence'>): Promise<boolean> {
  if (state.request.mode !== 'restore') return false;
  if (promotionMayHaveBegun(state)) return true;
  return (await ports.evidence.find(evidenceOf.promotion, state.drillId)) !== null;
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
