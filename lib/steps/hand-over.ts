import { tagKeys } from '../contract/names.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { handOverOf, handOverProblems } from '../domain/drill/hand-over.ts';
import type { At } from '../domain/drill/known-at.ts';
import { phaseNames } from '../domain/drill/phase-names.ts';
import { finding } from '../domain/findings/findings.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { defineStep } from './step-definition.ts';

/** Last step of a restore that was approved, however it went on: what the operator gets, and what is left to do. */
export const handOverStep = defineStep({
  phase: phaseNames.promote,
  from: [
    'awaiting approval',
    'approved',
    'ready to promote',
    'promotion pending',
    'promoted',
    'promotion incomplete',
  ],
  to: ['handed over', 'promotion incomplete'],
  run: async (state, _ports: Pick<DrillPorts, 'clock'>) => handedOver(state),
});

/** The state with its hand-over, and with a finding for each thing that did not come off and is not told yet. Pure. */
export function handedOver(state: DrillState): At<'handed over' | 'promotion incomplete'> {
  const problems = handOverProblems(state);
  const { failure: _told, ...rest } = state;
  const told = new Set(state.drillFindings.map(({ message }) => message));
  const untold = problems.filter((problem) => !told.has(problem));
  const ended = {
    ...rest,
    handOver: handOverOf(state, problems, tagKeys.lease),
    drillFindings: [...state.drillFindings, ...untold.map((problem) => finding('PROMOTION_FAILED', problem))],
  };
  return { ...ended, stage: problems.length === 0 ? 'handed over' : 'promotion incomplete' };
}
