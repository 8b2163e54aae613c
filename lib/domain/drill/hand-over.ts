import { remainingWork } from '../sandbox/rds/remaining-work.ts';
import type { DrillState } from './drill-state.ts';
import type { HandOver } from './facts.ts';
import { failureFinding } from './failure.ts';
import { keptStages } from './stages.ts';

/**
 * Whether promotion may have begun. Set before it is asked for, so that whoever cleans up after an abort never removes
 * what was promoted; if it had not begun, the lease is still there and the sweeper ends it.
 */
export const promotionMayHaveBegun = (state: Pick<DrillState, 'stage' | 'handOver'>): boolean =>
  keptStages.has(state.stage) || state.handOver !== null;

/** What the operator gets: where the database is, and what is left to do. `leaseTag` is named in the advice. */
export function handOverOf(state: DrillState, problem: string | null, leaseTag: string): HandOver {
  const address = state.sandbox?.address ?? null;
  const sandboxId = state.sandbox?.sandboxId ?? 'unknown';
  const complete = problem === null;
  return {
    sandboxId,
    endpoint: address?.host ?? 'unknown',
    port: address?.port ?? 5432,
    masterRole: address?.masterRole ?? 'unknown',
    secretArn: address?.secretArn ?? null,
    complete,
    remaining: remainingWork({ sandboxId, address, problem, leaseTag }),
  };
}

/** Why a promotion is not complete; null when it is. */
export function promotionProblem(state: DrillState): string | null {
  if (state.failure !== undefined) return failureFinding(state.failure).message;
  if (state.stage === 'promoted' || state.stage === 'handed over') return null;
  const told = state.drillFindings.findLast(({ code }) => code === 'PROMOTION_FAILED');
  return told?.message ?? 'its promotion was interrupted';
}
