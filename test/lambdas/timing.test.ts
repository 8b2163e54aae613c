import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { namesOfRecovery, phaseNames } from '../../lib/domain/drill/phase-names.ts';
import { type LambdaStep, lambdaPlaceholders } from '../../lib/machine/definition.ts';
import { stateSteps } from '../../lib/steps/drill-steps.ts';

/** Lambdas of the machine that do not go from state to state, and why their time is no phase. */
const outsideTheState: Partial<Record<LambdaStep, string>> = {
  normaliseRequest: 'it makes the state, and takes a moment',
  runCheck: 'one of many at a time; the phase of the checks ends with the last of them',
  restoreOnVolume: 'it only starts the task, which times the restore',
  askApproval: 'it only asks; how long a person thinks says nothing about a recovery',
};
/** Steps whose own time is deliberately no phase; each says in its definition why. */
const untimed = ['prepareRestore', 'planChecks', 'judge', 'sealRecord'];

const lambdas = Object.keys(lambdaPlaceholders) as LambdaStep[];
const doorOf = (step: string) =>
  readFileSync(`lambdas/${step.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}.ts`, 'utf8');

describe('the time of every Lambda of the machine', () => {
  test('counts into a phase of the record, or is left out for a reason that is given', () => {
    const phases: unknown[] = Object.values(phaseNames);
    for (const step of lambdas) {
      if (outsideTheState[step] !== undefined) continue;
      const { phase } = stateSteps[step as keyof typeof stateSteps];
      if (typeof phase === 'object') expect(untimed, `${step}: ${phase.untimed}`).toContain(step);
      else expect(phases, step).toContain(phase);
    }
  });

  test('is taken by the step itself: the deployed door calls that very step, and nothing else touches phases', () => {
    for (const step of lambdas) {
      const door = doorOf(step);
      expect(door, step).toContain(`${step}Step(`);
      expect(door, step).not.toMatch(/phase/i);
    }
  });

  test('counts in every phase but those which the restore and the checks measure themselves', () => {
    const timed = new Set(Object.values(stateSteps).map(({ phase }) => phase));
    // Plan sandbox counts in two: that of waiting, while it waits.
    const {
      restore: _byTheTask,
      read: _byItToo,
      checks: _byTheirResults,
      waitForSlot: _byPlanSandbox,
      ...byTheirSteps
    } = phaseNames;
    const ofRecovery: ReadonlySet<string> = new Set(Object.values(namesOfRecovery));
    for (const phase of Object.values(byTheirSteps))
      if (!ofRecovery.has(phase)) expect(timed).toContain(phase);
  });
});
