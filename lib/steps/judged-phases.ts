import type { DrillState } from '../domain/drill/drill-state.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import type { Judged } from './hook-results.ts';

/** A restore that ended in an error gave nothing back; its time is known from what came before and after it. */
export function restoreFailed(state: DrillState, now: Date): DrillState['phases'] | null {
  const last = state.phases.at(-1);
  if (state.stage !== 'restore prepared' || state.restored !== null || last === undefined) return null;
  const startedAt = new Date(Date.parse(last.startedAt) + last.seconds * 1000).toISOString();
  return extendPhases(state.phases, {
    name: phaseNames.restore,
    startedAt,
    endedAt: now.toISOString(),
  });
}

/** With the phase of the checks, which ended with the last result. */
export function checksPhase(state: DrillState, judged: Judged[]): DrillState['phases'] {
  const ends = judged
    .map(({ stored }) => stored?.endedAt)
    .filter((end) => end !== undefined)
    .sort();
  const endedAt = ends.at(-1);
  const last = state.phases.at(-1);
  if (endedAt === undefined || last === undefined) return state.phases;
  const startedAt = new Date(Date.parse(last.startedAt) + last.seconds * 1000).toISOString();
  return extendPhases(state.phases, { name: phaseNames.checks, startedAt, endedAt });
}
