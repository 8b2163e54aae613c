import { secondsBetween } from '../time/spans.ts';
import type { DrillPhase } from './facts.ts';
import type { PhaseName } from './phase-names.ts';

/** Adds a phase, or lets the last one go on when it has the same name: looks and waits are one phase. Pure. */
export function extendPhases(
  phases: DrillPhase[],
  phase: { name: PhaseName; startedAt: string; endedAt: string; bytes?: number; rows?: number },
): DrillPhase[] {
  const last = phases.at(-1);
  const goesOn = last?.name === phase.name;
  const startedAt = goesOn ? last.startedAt : phase.startedAt;
  const extended: DrillPhase = {
    name: phase.name,
    startedAt,
    seconds: Math.max(0, secondsBetween(startedAt, phase.endedAt)),
    ...(phase.bytes === undefined ? {} : { bytes: phase.bytes }),
    ...(phase.rows === undefined ? {} : { rows: phase.rows }),
  };
  return goesOn ? [...phases.slice(0, -1), extended] : [...phases, extended];
}
