import { isDrillError } from '../domain/findings/errors.ts';
import { withoutCapacity } from '../domain/sandbox/rds/next-placement.ts';
import type { StepWith } from './step.ts';

/**
 * Asks for the sandbox at the place in hand. Idempotent: asked twice, the host adopts its own. A host that learns at
 * once that there is no capacity says so by SANDBOX_NO_CAPACITY.
 */
export const provisionSandboxStep: StepWith<'sandboxes' | 'clock'> = async (state, ports) => {
  if (state.plan === null) throw new Error('no plan to provision from');
  const askedAt = ports.clock.now().toISOString();
  const placement = state.sandbox?.placement ?? 0;
  try {
    const { sandboxId } = await ports.sandboxes.provision(state.plan, placement);
    return { ...state, stage: 'sandbox pending', sandbox: { sandboxId, askedAt, address: null, placement } };
  } catch (error) {
    if (isDrillError(error) && error.code === 'SANDBOX_NO_CAPACITY')
      return withoutCapacity(state, error.message);
    throw error;
  }
};
