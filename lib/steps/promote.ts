import { evidenceOf } from '../contract/evidence.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { finding } from '../domain/findings/findings.ts';
import { secondsBetween } from '../domain/time/spans.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { defineStep } from './step-definition.ts';

/** A standby of a large instance takes hours; longer than this nobody waits, and the operator is told. */
const promotionLimitSeconds = 6 * 3600;

/**
 * Starts turning the sandbox into an instance that is kept. That it begins is written down first: whoever cleans up
 * after an abort reads it there even when this step's own state is lost with the execution.
 *
 * @throws DrillError PROMOTION_FAILED
 */
export const promoteStep = defineStep({
  phase: phaseNames.promote,
  from: ['ready to promote'],
  to: ['promotion pending'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'evidence' | 'clock'>) => {
    const { sandbox, plan } = state;
    const { promotion } = ports.sandboxes;
    if (promotion === undefined) throw cannotPromote(sandbox.sandboxId);
    const promotionAskedAt = ports.clock.now().toISOString();
    await ports.evidence.write(evidenceOf.promotion, state.drillId, {
      sandboxId: sandbox.sandboxId,
      promotionAskedAt,
    });
    await promotion.promote(sandbox.sandboxId, plan);
    return { ...state, stage: 'promotion pending', promotionAskedAt };
  },
});

/** One look at the promotion: done, under way, or ended short. */
export const lookAtPromotionStep = defineStep({
  phase: phaseNames.promote,
  from: ['promotion pending'],
  to: ['promotion pending', 'promoted', 'promotion incomplete'],
  run: async (state, ports: Pick<DrillPorts, 'sandboxes' | 'clock'>) => {
    const { sandbox, plan } = state;
    const { promotion } = ports.sandboxes;
    if (promotion === undefined) throw cannotPromote(sandbox.sandboxId);
    const look = await promotion.look(sandbox.sandboxId, plan);
    if (look.state === 'done')
      return { ...state, stage: 'promoted', sandbox: { ...sandbox, address: look.address } };
    const now = ports.clock.now().toISOString();
    const waitedSeconds = secondsBetween(state.promotionAskedAt, now);
    if (look.state === 'pending' && waitedSeconds < promotionLimitSeconds)
      return { ...state, stage: 'promotion pending' };
    const reason =
      look.state === 'failed'
        ? look.reason
        : `it was not done after ${Math.round(waitedSeconds / 3600)} hours (${look.detail})`;
    return {
      ...state,
      stage: 'promotion incomplete',
      drillFindings: [
        ...state.drillFindings,
        finding('PROMOTION_FAILED', `the promotion of ${sandbox.sandboxId} did not come off: ${reason}`),
      ],
    };
  },
});

/** A request for a real restore is refused where nothing can be promoted, so no drill comes here. */
const cannotPromote = (sandboxId: string) =>
  new DrillError('INTERNAL_ERROR', `${sandboxId} cannot be promoted: its host makes throwaways only`, {
    hint: 'Please report it with the record.',
    fault: 'us',
  });
