import type { DrillState } from '../domain/drill/drill-state.ts';
import { type At, type Fact, type Given, standing } from '../domain/drill/known-at.ts';
import type { PhaseName } from '../domain/drill/phase-names.ts';
import { extendPhases } from '../domain/drill/phases.ts';
import type { Stage } from '../domain/drill/stages.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** Why a step's own time is no phase of the record, in words. */
interface Untimed {
  untimed: string;
}

/** What a step of the machine is, apart from its name in the definition. */
interface StepDefinition<From extends Stage, To extends Stage, Ports, Needs extends Fact = never> {
  /** The phase that the step's time counts into; steps of one phase (asking, waiting, looking) add up. */
  phase: PhaseName | Untimed;
  /** Another phase for the time of a look that leaves this stage. */
  phaseAt?: { readonly [S in To]?: PhaseName };
  /** Stages at which the machine comes here; a test holds them against the definition. */
  from: readonly From[];
  /** What must hold besides: added by a state of the machine since the stage was left. */
  needs?: readonly Needs[];
  /** Stages that it leaves. */
  to: readonly To[];
  /** The state goes in, the next state comes out; effects only through the ports. */
  run(state: At<From> & Given<Needs>, ports: Ports): Promise<At<NoInfer<To>>>;
}

/** A step as doors call it: it looks itself whether the state may come here, and is timed, so that no door forgets it. */
export interface Step<From extends Stage, To extends Stage, Ports> {
  /** @throws DrillError STATE_UNREADABLE for a state that cannot come here, and what the step itself throws */
  (state: DrillState, ports: Ports): Promise<At<To>>;
  readonly phase: PhaseName | Untimed;
  readonly from: readonly From[];
  readonly to: readonly To[];
}

/** Any of them, for a door that runs the whole machine. */
export interface AnyStep {
  (state: DrillState, ports: DrillPorts): Promise<DrillState>;
  readonly phase: PhaseName | Untimed;
  readonly from: readonly Stage[];
  readonly to: readonly Stage[];
}

/**
 * Makes the one export of a step that every door uses, deployed or local. A step names the ports it needs and nothing
 * else: that keeps each Lambda's rights small and each test's fakes short.
 */
export function defineStep<
  From extends Stage,
  To extends Stage,
  Ports extends Partial<DrillPorts> & Pick<DrillPorts, 'clock'>,
  Needs extends Fact = never,
>(definition: StepDefinition<From, To, Ports, Needs> & { phase: PhaseName }): Step<From, To, Ports>;
export function defineStep<
  From extends Stage,
  To extends Stage,
  Ports extends Partial<DrillPorts>,
  Needs extends Fact = never,
>(definition: StepDefinition<From, To, Ports, Needs> & { phase: Untimed }): Step<From, To, Ports>;
export function defineStep<
  From extends Stage,
  To extends Stage,
  Ports extends Partial<DrillPorts> & Pick<DrillPorts, 'clock'>,
  Needs extends Fact,
>({ phase, phaseAt, from, needs, to, run }: StepDefinition<From, To, Ports, Needs>): Step<From, To, Ports> {
  const step = async (given: DrillState, ports: Ports): Promise<At<To>> => {
    const state = standing(given, from, needs);
    if (typeof phase === 'object') return run(state, ports);
    const startedAt = ports.clock.now().toISOString();
    const next = await run(state, ports);
    const endedAt = ports.clock.now().toISOString();
    const name = phaseAt?.[next.stage as To] ?? phase;
    return { ...next, phases: extendPhases(next.phases, { name, startedAt, endedAt }) };
  };
  return Object.assign(step, { phase, from, to });
}
