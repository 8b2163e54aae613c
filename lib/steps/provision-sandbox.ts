import { withoutCapacity } from '../domain/drill/next-placement.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { leasedAfterReading, withReading } from './read-first.ts';
import { defineStep } from './step-definition.ts';

/**
 * Asks for the sandbox at the place in hand. Idempotent: asked twice, the host adopts its own. A host that learns at
 * once that there is no capacity says so by SANDBOX_NO_CAPACITY.
 */
export const provisionSandboxStep = defineStep({
  phase: phaseNames.provision,
  from: ['sandbox planned', 'dump to read', 'sandbox without capacity'],
  to: ['sandbox pending', 'sandbox ready', 'sandbox without capacity', 'sandbox broken'],
  run: async (given, ports: Pick<DrillPorts, 'sandboxes' | 'clock'>) => {
    const askedAt = ports.clock.now().toISOString();
    const plan = given.stage === 'dump to read' ? leasedAfterReading(given, askedAt) : given.plan;
    const state = { ...given, plan, phases: withReading(given.phases, given) };
    const placement = state.sandbox.placement ?? 0;
    try {
      const { sandboxId, address } = await ports.sandboxes.provision(state.plan, placement);
      if (address !== undefined)
        return { ...state, stage: 'sandbox ready', sandbox: { sandboxId, askedAt, address, placement } };
      return {
        ...state,
        stage: 'sandbox pending',
        sandbox: { sandboxId, askedAt, address: null, placement },
      };
    } catch (error) {
      if (isDrillError(error) && error.code === 'SANDBOX_NO_CAPACITY')
        return withoutCapacity(state, error.message);
      throw error;
    }
  },
});
