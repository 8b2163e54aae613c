import type { DrillState } from '../domain/drill/drill-state.ts';
import type { PhaseName } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** Why a step's own time is no phase of the record, in words. */
export interface Untimed {
  untimed: string;
}

/** What a step of the machine is, apart from its name in the definition. */
export interface StepDefinition<Ports> {
  /** The phase that the step's time counts into; steps of one phase (asking, waiting, looking) add up. */
  phase: PhaseName | Untimed;
  /** The state goes in, the next state comes out; effects only through the ports. */
  run(state: DrillState, ports: Ports): Promise<DrillState>;
}

/** A step as doors call it: timed already, so that no door can forget it. */
export interface Step<Ports> {
  (state: DrillState, ports: Ports): Promise<DrillState>;
  readonly phase: PhaseName | Untimed;
}

/**
 * Makes the one export of a step that every door uses, deployed or local. A step names the ports it needs and nothing
 * else: that keeps each Lambda's rights small and each test's fakes short.
 */
export function defineStep<Ports extends Partial<DrillPorts> & Pick<DrillPorts, 'clock'>>(
  definition: StepDefinition<Ports> & { phase: PhaseName },
): Step<Ports>;
export function defineStep<Ports extends Partial<DrillPorts>>(
  definition: StepDefinition<Ports> & { phase: Untimed },
): Step<Ports>;
export function defineStep<Ports extends Partial<DrillPorts> & Pick<DrillPorts, 'clock'>>({
  phase,
  run,
}: StepDefinition<Ports>): Step<Ports> {
  const timed = async (state: DrillState, ports: Ports): Promise<DrillState> => {
    if (typeof phase === 'object') return run(state, ports);
    const startedAt = ports.clock.now().toISOString();
    const next = await run(state, ports);
    const endedAt = ports.clock.now().toISOString();
    return { ...next, phases: extendPhases(next.phases, { name: phase, startedAt, endedAt }) };
  };
  return Object.assign(timed, { phase });
}
