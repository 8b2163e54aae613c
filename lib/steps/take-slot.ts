import type { At, Given } from '../domain/drill/known-at.ts';
import { machineKnows } from '../domain/drill/machine-edition.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import { finding } from '../domain/findings/findings.ts';
import { inWords, secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { leaseSeconds } from './step.ts';

/** A day of waiting leaves a drill its full time (machineTimeoutSeconds); then it says so instead of timing out later. */
const longestWaitSeconds = 24 * 3600;

/** What came of it: the state goes on with its slot, or waits, or has waited for too long. */
export type SlotOutcome =
  | { taken: true; state: Given<'dump'> }
  | { taken: false; state: At<'waiting for a slot' | 'plan impossible'> };

/**
 * Takes one of the slots of the stack before anything is made: a sandbox and a task each, so that many schedules of one
 * moment do not break the account's quotas. A real restore takes one without waiting. It is freed with the lock, when
 * the record is sealed.
 */
export async function takeSlot(
  state: Given<'dump'>,
  { ledger, clock }: Pick<DrillPorts, 'ledger' | 'clock'>,
): Promise<SlotOutcome> {
  const now = clock.now();
  const at = now.toISOString();
  const answer = await ledger.takeSlot({
    drillId: state.drillId,
    leaseExpiresAt: new Date(now.getTime() + leaseSeconds * 1000).toISOString(),
    waits: state.request.mode === 'drill' && machineKnows(state, 'waiting for a slot'),
  });
  if (answer.taken) return { taken: true, state: state.slotWait === undefined ? state : waited(state, at) };
  const { slotWait, phases } = waited(state, at);
  if (slotWait.seconds < longestWaitSeconds)
    return { taken: false, state: { ...state, slotWait, phases, stage: 'waiting for a slot' } };
  const message = `no slot was free for ${inWords(slotWait.seconds)}; drills that ran: ${answer.runningDrills.join(', ')}`;
  return {
    taken: false,
    state: {
      ...state,
      ...{ slotWait, phases, stage: 'plan impossible' },
      findings: [...state.findings, finding('NO_FREE_SLOT', message)],
    },
  };
}

/** The wait up to now, in the state and as the phase of the record. */
function waited<State extends Given<'dump'>>(
  state: State,
  at: string,
): State & { slotWait: { since: string; seconds: number } } {
  const since = state.slotWait?.since ?? at;
  const phases = extendPhases(state.phases, { name: phaseNames.waitForSlot, startedAt: since, endedAt: at });
  return { ...state, phases, slotWait: { since, seconds: secondsBetween(since, at) } };
}
