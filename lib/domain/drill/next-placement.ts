import { finding } from '../findings/findings.ts';
import { placesOf } from '../sandbox/sandbox-plan.ts';
import type { DrillState } from './drill-state.ts';

/** No capacity where it was asked for: the next place of the plan, or the end when there is none. Pure. */
export function withoutCapacity(state: DrillState, reason: string): DrillState {
  const { sandbox, plan } = state;
  if (sandbox === null) throw new Error('no sandbox to place');
  const next = (sandbox.placement ?? 0) + 1;
  const places = plan === null ? 1 : placesOf(plan);
  if (next < places)
    return { ...state, stage: 'sandbox without capacity', sandbox: { ...sandbox, placement: next } };
  return {
    ...state,
    stage: 'sandbox broken',
    findings: [
      ...state.findings,
      finding('SANDBOX_NO_CAPACITY', `no capacity in any of ${places} places; last: ${reason}`),
    ],
  };
}
