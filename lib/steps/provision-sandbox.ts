import type { StepWith } from './step.ts';

/** Asks for the sandbox. Idempotent: asked twice, the host adopts its own. */
export const provisionSandboxStep: StepWith<'sandboxes' | 'clock'> = async (state, ports) => {
  if (state.plan === null) throw new Error('no plan to provision from');
  const askedAt = ports.clock.now().toISOString();
  const { sandboxId } = await ports.sandboxes.provision(state.plan);
  return { ...state, stage: 'sandbox pending', sandbox: { sandboxId, askedAt, address: null } };
};
