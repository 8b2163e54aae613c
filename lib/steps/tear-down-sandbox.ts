import type { DrillState } from '../domain/drill/drill-state.ts';
import { isKept } from '../domain/drill/hand-over.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { stages } from '../domain/drill/stages.ts';
import { isDrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { handedOver } from './hand-over.ts';
import { defineStep } from './step-definition.ts';

/** How long removal may take before the record says that it was not confirmed; RDS needs about 5 minutes. */
const teardownLimitSeconds = 45 * 60;

/** `teardown.detail` when nothing refused. */
export const teardownAsked = 'asked';

/**
 * Starts the removal of whatever this drill made; a drill that made nothing passes through. A restore task that still
 * runs is stopped first; that this failed must not keep the sandbox alive, which is what costs. A removal that may
 * succeed later is asked for again by each "Confirm gone". No path of today's machine leads here with a restore that was approved; one that began
 * before a deployment may have such a path, and what a person wants is kept all the same.
 *
 * @throws DrillError TEARDOWN_FAILED for what must not be removed
 */
export const tearDownSandboxStep = defineStep({
  phase: phaseNames.tearDown,
  from: stages,
  to: ['sandbox leaving'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'clock' | 'restoreTasks'>) => {
    const askedAt = ports.clock.now().toISOString();
    if (isKept(state)) {
      const detail = 'kept, because its restore was approved';
      return {
        ...handedOver(state),
        stage: 'sandbox leaving',
        teardown: { askedAt, confirmed: false, detail },
      };
    }
    const stopped = state.sandbox === null ? [] : await stopTasks(state, ports);
    const detail = state.sandbox === null ? teardownAsked : await askToGo(state.sandbox.sandboxId, ports);
    return {
      ...state,
      stage: 'sandbox leaving',
      teardown: { askedAt, confirmed: false, detail },
      drillFindings: [...state.drillFindings, ...stopped],
    };
  },
});

/** @returns what came of it, in words */
async function askToGo(sandboxId: string, ports: Pick<DrillPorts, 'sandboxes'>): Promise<string> {
  try {
    await ports.sandboxes.remove(sandboxId);
    return teardownAsked;
  } catch (error) {
    if (isDrillError(error) && error.retryable) return error.message;
    throw error;
  }
}

async function stopTasks(state: DrillState, ports: Pick<DrillPorts, 'restoreTasks'>): Promise<Finding[]> {
  try {
    await ports.restoreTasks?.stop(state.drillId);
    return [];
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return [finding('TEARDOWN_FAILED', `the restore task could not be stopped: ${detail}`)];
  }
}

/** One look whether the sandbox is gone. Only then is the record sealed. */
export const confirmGoneStep = defineStep({
  phase: phaseNames.tearDown,
  from: ['sandbox leaving'],
  to: ['sandbox leaving', 'sandbox gone'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'clock'>) => {
    const { askedAt, detail: last } = state.teardown;
    if (state.handOver !== null) return { ...state, stage: 'sandbox gone' };
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
      return {
        ...state,
        stage: 'sandbox gone',
        teardown: { askedAt, confirmed: false, detail: look.detail },
      };
    }
    const waitedSeconds = secondsBetween(askedAt, ports.clock.now().toISOString());
    if (waitedSeconds < teardownLimitSeconds) {
      // RDS may refuse to delete what is still being made: it is asked again at every look. A refusal is no end either.
      const said = await askToGo(state.sandbox.sandboxId, ports).catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      return { ...state, stage: 'sandbox leaving', teardown: { askedAt, confirmed: false, detail: said } };
    }
    const why = last === teardownAsked ? '' : ` (${last})`;
    const detail = `sandbox ${state.sandbox.sandboxId} was still there after ${Math.round(waitedSeconds / 60)} minutes${why}`;
    return {
      ...state,
      stage: 'sandbox gone',
      teardown: { askedAt, confirmed: false, detail },
      drillFindings: [...state.drillFindings, finding('TEARDOWN_FAILED', detail)],
    };
  },
});
