import { tagKeys } from '../contract/names.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { handOverOf, promotionProblem } from '../domain/drill/hand-over.ts';
import type { At } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { finding } from '../domain/findings/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { defineStep } from './step-definition.ts';

/** Last step of a restore that was promoted, however that ended: what the operator gets, and what is left to do. */
export const handOverStep = defineStep({
  phase: phaseNames.promote,
  from: ['ready to promote', 'promotion pending', 'promoted', 'promotion incomplete'],
  to: ['handed over', 'promotion incomplete'],
  run: async (state, _ports: Pick<DrillPorts, 'clock'>) => handedOver(state),
});

/** The state with its hand-over, and with a finding when something of the promotion did not come off. Pure. */
export function handedOver(state: DrillState): At<'handed over' | 'promotion incomplete'> {
  const problem = promotionProblem(state);
  const { failure: _told, ...rest } = state;
  const told = state.drillFindings.some(({ code }) => code === 'PROMOTION_FAILED');
  const findings = problem === null || told ? [] : [finding('PROMOTION_FAILED', problem)];
  const ended = {
    ...rest,
    handOver: handOverOf(state, problem, tagKeys.lease),
    drillFindings: [...state.drillFindings, ...findings],
  };
  return { ...ended, stage: problem === null ? 'handed over' : 'promotion incomplete' };
}
