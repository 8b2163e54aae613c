import type { DrillState } from '../domain/drill/drill-state.ts';
import { machineTimeoutSeconds } from '../machine/definition.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';

/** A step of the machine: the state goes in, the next state comes out; effects only through the ports. */
export type Step = (state: DrillState, ports: DrillPorts) => Promise<DrillState>;

/** The ports a step needs, and nothing else: keeps each Lambda's rights small and each test's fakes short. */
export type StepWith<Needed extends keyof DrillPorts> = (
  state: DrillState,
  ports: Pick<DrillPorts, Needed>,
) => Promise<DrillState>;

/** Seconds after the start when a drill's lock, and the lease of a real restore, end: the machine's own limit. */
export const leaseSeconds = machineTimeoutSeconds;
