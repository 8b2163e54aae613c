import type { DrillState } from '../domain/drill-state.ts';
import { type Finding, finding } from '../domain/findings.ts';
import { secondsBetween } from '../domain/objectives.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { StepWith } from './step.ts';

/** How long removal may take before the record says that it was not confirmed; RDS needs about 5 minutes. */
const teardownLimitSeconds = 45 * 60;

/**
 * Starts the removal of whatever this drill made; a drill that made nothing passes through. A restore task that still
 * runs is stopped first; that this failed must not keep the sandbox alive, which is what costs.
 */
export const tearDownSandboxStep: StepWith<'sandboxes' | 'clock' | 'restoreTasks'> = async (state, ports) => {
  const askedAt = ports.clock.now().toISOString();
  const stopped = state.sandbox === null ? [] : await stopTasks(state, ports);
  if (state.sandbox !== null) await ports.sandboxes.remove(state.sandbox.sandboxId);
  return {
    ...state,
    stage: 'sandbox leaving',
    teardown: { askedAt, confirmed: false, detail: 'asked' },
    drillFindings: [...state.drillFindings, ...stopped],
  };
};

async function stopTasks(state: DrillState, ports: Pick<DrillPorts, 'restoreTasks'>): Promise<Finding[]> {
  try {
    await ports.restoreTasks.stop(state.drillId);
    return [];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [finding('TEARDOWN_FAILED', `the restore task could not be stopped: ${detail}`)];
  }
}

/** One look whether the sandbox is gone. Only then is the record sealed. */
export const confirmGoneStep: StepWith<'sandboxes' | 'clock'> = async (state, ports) => {
  const askedAt = state.teardown?.askedAt ?? ports.clock.now().toISOString();
  if (state.sandbox === null) {
    return {
      ...state,
      stage: 'sandbox gone',
      teardown: { askedAt, confirmed: true, detail: 'no sandbox was made' },
    };
  }
  const look = await ports.sandboxes.look(state.sandbox.sandboxId);
  if (look.state === 'gone') {
    return {
      ...state,
      stage: 'sandbox gone',
      teardown: { askedAt, confirmed: true, detail: 'the sandbox is gone' },
    };
  }
  // As the user wished, so no finding; but the record must not claim that it is gone.
  if (look.state === 'kept') {
    return { ...state, stage: 'sandbox gone', teardown: { askedAt, confirmed: false, detail: look.detail } };
  }
  const waitedSeconds = secondsBetween(askedAt, ports.clock.now().toISOString());
  if (waitedSeconds < teardownLimitSeconds) {
    // RDS may refuse to delete what is still being made: it is asked again at every look. A refusal is no end either.
    await ports.sandboxes.remove(state.sandbox.sandboxId).catch(() => {});
    return { ...state, stage: 'sandbox leaving' };
  }
  const detail = `sandbox ${state.sandbox.sandboxId} was still there after ${Math.round(waitedSeconds / 60)} minutes`;
  return {
    ...state,
    stage: 'sandbox gone',
    teardown: { askedAt, confirmed: false, detail },
    drillFindings: [...state.drillFindings, finding('TEARDOWN_FAILED', detail)],
  };
};
