import { finding } from '../findings/findings.ts';
import { placesOf } from '../sandbox/sandbox-plan.ts';
import type { At, Given } from './known-at.ts';

/** No capacity where it was asked for: the next place of the plan, or the end when there is none. Pure. */
export function withoutCapacity(
  state: Given<'dump' | 'plan' | 'sandbox'>,
  reason: string,
): At<'sandbox without capacity' | 'sandbox broken'> {
  const { sandbox, plan } = state;
  const next = (sandbox.placement ?? 0) + 1;
  const places = placesOf(plan);
  if (next < places)
    return { ...state, stage: 'sandbox without capacity', sandbox: { ...sandbox, placement: next } };
  const message = `no capacity in any of ${places} places; last: ${reason}`;
  return {
    ...state,
    stage: 'sandbox broken',
    findings: [...state.findings, finding('SANDBOX_NO_CAPACITY', message)],
  };
}
