import { failureFinding } from '../domain/drill/failure.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import type { Promotion, RefusedChange } from '../ports/sandbox.ts';
import { noteKept } from './kept-restores.ts';
import { defineStep } from './step-definition.ts';
import { notPrepared } from './unprepared-hand-over.ts';

/** A standby of a large instance takes hours; longer than this nobody waits, and the operator is told. */
const promotionLimitSeconds = 6 * 3600;

/**
 * Starts turning the sandbox into an instance that is kept, also when its hand-over could not be prepared: then that is
 * told. What is refused is named, and stops nothing else.
 *
 * @throws DrillError PROMOTION_FAILED when there is no instance of this drill
 */
export const promoteStep = defineStep({
  phase: phaseNames.promote,
  from: ['awaiting approval', 'approved', 'ready to promote'],
  to: ['promotion pending'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'evidence' | 'clock'>) => {
    const { failure, ...prepared } = state;
    const { sandboxId } = state.sandbox;
    const promotion = promotionOf(ports, sandboxId);
    const promotionAskedAt = ports.clock.now().toISOString();
    await noteKept(state, promotionAskedAt, ports);
    const unprepared =
      failure === undefined ? [] : [await notPrepared(state, failureFinding(failure).message, ports)];
    const refused = await promotion.promote(sandboxId, state.plan);
    return {
      ...prepared,
      stage: 'promotion pending',
      promotionAskedAt,
      refusedChanges: refused.map(({ change }) => change),
      drillFindings: [...state.drillFindings, ...unprepared, ...refusalFindings(sandboxId, refused)],
    };
  },
});

/** One look at the promotion: done, under way, or ended short. What is still missing is asked for again. */
export const lookAtPromotionStep = defineStep({
  phase: phaseNames.promote,
  from: ['promotion pending'],
  to: ['promotion pending', 'promoted', 'promotion incomplete'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'clock'>) => {
    const { sandbox, plan, refusedChanges = [] } = state;
    const { sandboxId } = sandbox;
    const look = await promotionOf(ports, sandboxId).look(sandboxId, plan, refusedChanges);
    const refused = look.state === 'failed' ? [] : look.refused;
    const looked = {
      ...state,
      refusedChanges: [...refusedChanges, ...refused.map(({ change }) => change)],
      drillFindings: [...state.drillFindings, ...refusalFindings(sandboxId, refused)],
    };
    if (look.state === 'done')
      return { ...looked, stage: 'promoted', sandbox: { ...sandbox, address: look.address } };
    const now = ports.clock.now().toISOString();
    const waitedSeconds = secondsBetween(state.promotionAskedAt, now);
    if (look.state === 'pending' && waitedSeconds < promotionLimitSeconds)
      return { ...looked, stage: 'promotion pending' };
    const reason =
      look.state === 'failed'
        ? look.reason
        : `it was not done after ${Math.round(waitedSeconds / 3600)} hours (${look.detail})`;
    return {
      ...looked,
      stage: 'promotion incomplete',
      drillFindings: [
        ...looked.drillFindings,
        finding('PROMOTION_FAILED', `the promotion of ${sandboxId} did not come off: ${reason}`),
      ],
    };
  },
});

/** One finding for each change that was refused. */
export const refusalFindings = (sandboxId: string, refused: readonly RefusedChange[]): Finding[] =>
  refused.map(({ change, problem }) =>
    finding('PROMOTION_FAILED', `${change} of ${sandboxId} was refused (${problem})`),
  );

/** A request for a real restore is refused where nothing can be promoted, so no drill comes here. */
function promotionOf({ sandboxes }: Pick<DrillPorts, 'sandboxes'>, sandboxId: string): Promotion {
  if (sandboxes.promotion !== undefined) return sandboxes.promotion;
  throw new DrillError('INTERNAL_ERROR', `${sandboxId} cannot be promoted: its host makes throwaways only`, {
    hint: 'Please report it with the record.',
    fault: 'us',
  });
}
