import type { DrillState } from '../domain/drill/drill-state.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import type { Clock } from '../ports/clock.ts';

/** Adds the step's own time to the state's phases. Steps of one phase (asking, waiting, looking) add up. */
export function timed<Ports>(
  phase: string,
  step: (state: DrillState, ports: Ports) => Promise<DrillState>,
): (state: DrillState, ports: Ports & { clock: Clock }) => Promise<DrillState> {
  return async (state, ports) => {
    const startedAt = ports.clock.now().toISOString();
    const next = await step(state, ports);
    const endedAt = ports.clock.now().toISOString();
    return { ...next, phases: extendPhases(next.phases, { name: phase, startedAt, endedAt }) };
  };
}
