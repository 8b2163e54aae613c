import type { FindingCode } from '../findings/findings.ts';
import { remainingWork } from '../sandbox/rds/remaining-work.ts';
import type { DrillState } from './drill-state.ts';
import type { HandOver } from './facts.ts';
import { failureFinding } from './failure.ts';
import { keptStages } from './stages.ts';

/**
 * Whether the restored database is kept: somebody approved it, and no teardown was asked for since. Whoever meets such a
 * drill – a failed step, clean-up after an abort, the sweeper – never removes it.
 */
export const isKept = (state: Pick<DrillState, 'stage' | 'handOver' | 'approval' | 'teardown'>): boolean =>
  keptStages.has(state.stage) ||
  state.handOver !== null ||
  (state.approval?.decision === 'approved' && state.teardown === null);

/** What the operator gets: where the database is, and what is left to do. `leaseTag` is named in the advice. */
export function handOverOf(state: DrillState, problems: string[], leaseTag: string): HandOver {
  const address = state.sandbox?.address ?? null;
  const sandboxId = state.sandbox?.sandboxId ?? 'unknown';
  return {
    sandboxId,
    endpoint: address?.host ?? 'unknown',
    port: address?.port ?? 5432,
    masterRole: address?.masterRole ?? 'unknown',
    secretArn: address?.secretArn ?? null,
    complete: problems.length === 0,
    remaining: remainingWork({ sandboxId, address, problems, leaseTag }),
  };
}

/** Findings that say that something of a hand-over was left undone. */
const undone: readonly FindingCode[] = ['HAND_OVER_REFUSED', 'PROMOTION_FAILED'];

/** What of the hand-over did not come off, each in a sentence; none when all did. */
export function handOverProblems(state: DrillState): string[] {
  const told = state.drillFindings.filter(({ code }) => undone.includes(code)).map(({ message }) => message);
  if (state.failure !== undefined) return [...told, failureFinding(state.failure).message];
  if (state.stage === 'promoted' || state.stage === 'handed over') return told;
  if (state.stage === 'promotion incomplete' && told.length > 0) return told;
  return [...told, 'its promotion was interrupted'];
}
