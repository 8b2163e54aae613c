import type { DrillState } from './drill-state.ts';
import type { Stage } from './stages.ts';

/**
 * Edition of the state machine's definition, which hands it to its first state. An execution keeps the definition that it
 * began with and invokes the functions that are deployed meanwhile
 * (docs/facts.md#a-deployment-in-the-middle-of-an-execution): a stage that its definition does not branch on would end it.
 */
export const machineEdition = 3;

/** The edition from which a restore can have a volume; an earlier machine would start its task without one. */
export const volumesSince = 3;

/** Stages by which a definition goes on since a later edition than the first. Add to it with every new one. */
export const knownSince = { 'waiting for a slot': 2, 'dump to read': 2 } as const satisfies {
  [S in Stage]?: number;
};

/** Whether the machine that executes this drill goes on from that stage. One that names no edition is the first. */
export const machineKnows = ({ machine = 1 }: DrillState, stage: keyof typeof knownSince): boolean =>
  machine >= knownSince[stage];
