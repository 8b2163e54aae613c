import { describe, expect, test } from 'vitest';
import { keptStages, type Stage, stages } from '../../lib/domain/drill/stages.ts';
import { stateNames } from '../../lib/machine/state-names.ts';
import { stateSteps } from '../../lib/steps/drill-steps.ts';
import { reachedStages, stagesAt } from './support/reached-stages.ts';

const names = Object.keys(stateSteps) as (keyof typeof stateSteps)[];
const goesOnFromAnywhere = names.filter((name) => stateSteps[name].from.length === stages.length);

describe('the stages of a drill and the graph of the machine', () => {
  test.each(names.filter((name) => !goesOnFromAnywhere.includes(name)))(
    '%s is reached at the stages from which it says that it goes on, and at no other',
    (name) => {
      expect(stagesAt(name)).toEqual([...stateSteps[name].from].sort());
    },
  );

  test('only Judge, teardown and the seal take a drill from wherever it stands', () => {
    expect(goesOnFromAnywhere.sort()).toEqual(['judge', 'sealRecord', 'tearDownSandbox']);
    for (const name of goesOnFromAnywhere) expect(stagesAt(name).length, name).toBeGreaterThan(5);
  });

  test('a person is asked at one stage only', () => {
    expect(stagesAt('askApproval')).toEqual(['awaiting approval']);
  });

  test('no drill is torn down from a stage at which its database is kept', () => {
    expect(stagesAt('tearDownSandbox').filter((stage) => keptStages.has(stage))).toEqual([]);
  });

  test('every stage is left by a step or by the first one, and every end is reached after the seal', () => {
    const left = new Set<Stage>(['accepted', 'refused', ...names.flatMap((name) => stateSteps[name].to)]);
    expect([...left].sort()).toEqual([...stages].sort());
    expect([...(reachedStages().get(stateNames.proven) ?? [])]).toEqual(['sealed']);
  });
});
