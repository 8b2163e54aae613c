import { describe, expect, test } from 'vitest';
import { findingRegistry } from '../../lib/domain/findings/findings.ts';
import { drillMachine, fillPlaceholders, lambdaPlaceholders } from '../../lib/machine/definition.ts';
import { noTaskStarted } from '../../lib/machine/fargate-task.ts';
import { stateNames } from '../../lib/machine/state-names.ts';
import { functionNotStarted } from '../../lib/machine/task-state.ts';
import { type LintedState, lintDefinition } from './support/lint-definition.ts';

const machine = drillMachine();
const states = machine.States as unknown as Record<string, LintedState>;
/** Where a failed real restore still has a way back. */
const beforePromotion = [stateNames.tearDownSandbox, stateNames.promote];

function successors(state: LintedState): string[] {
  return [
    ...(state.Next === undefined ? [] : [state.Next]),
    ...(state.Default === undefined ? [] : [state.Default]),
    ...(state.Choices ?? []).map((choice) => choice.Next),
    ...(state.Catch ?? []).map((catcher) => catcher.Next),
  ];
}

/** Every state that can be reached from `start` without passing through `avoided`. */
function reachable(start: string, avoided: string[] = []): Set<string> {
  const seen = new Set<string>();
  const open = [start];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name) || avoided.includes(name)) continue;
    seen.add(name);
    open.push(...successors(states[name]!));
  }
  return seen;
}

const ends = Object.entries(states)
  .filter(([, state]) => state.Type === 'Succeed' || state.Type === 'Fail')
  .map(([name]) => name);

describe('the container of ours beside a hook', () => {
  test.each([stateNames.runMigration, stateNames.runSmokeTest])(
    'is told where the sandbox answers, because it may read no evidence: %s',
    (name) => {
      const { Parameters } = states[name] as unknown as {
        Parameters: { Overrides: { ContainerOverrides: { Name: string; Environment?: object[] }[] } };
      };
      const ours = Parameters.Overrides.ContainerOverrides.find(({ Name }) => Name === 'credentials');

      expect(ours?.Environment).toEqual(
        expect.arrayContaining([
          { Name: 'PGHOST', 'Value.$': '$.sandbox.address.host' },
          { Name: 'PGPORT', 'Value.$': "States.Format('{}', $.sandbox.address.port)" },
          { Name: 'PGUSER', 'Value.$': '$.sandbox.address.masterRole' },
        ]),
      );
    },
  );
});

describe('the state machine', () => {
  test('names only states that exist, and every state can be reached', () => {
    for (const state of Object.values(states)) {
      for (const next of successors(state)) expect(Object.keys(states)).toContain(next);
    }
    expect([...reachable(machine.StartAt)].sort()).toEqual(Object.keys(states).sort());
  });

  test('reaches teardown, or passed Promote, on every path that asked for a sandbox', () => {
    const neither = reachable(stateNames.provisionSandbox, beforePromotion);
    expect(ends.filter((end) => neither.has(end))).toEqual([]);
  });

  test('never tears down what a person approved', () => {
    const after = reachable(stateNames.prepareHandOver);
    expect(after.has(stateNames.tearDownSandbox)).toBe(false);
    expect([...after].filter((name) => name.includes('sandbox'))).toEqual([]);
  });

  test('comes to Promote only by an answer that approves and a stage that says so', () => {
    const waysTo = (target: string) =>
      Object.keys(states).filter((name) => successors(states[name]!).includes(target));
    expect(waysTo(stateNames.promote)).toEqual([stateNames.prepareHandOver]);
    expect(waysTo(stateNames.prepareHandOver)).toEqual([stateNames.keepRestored, stateNames.approved]);
    expect(states[stateNames.approved]!.Default).toBe(stateNames.tearDownSandbox);
    expect(states[stateNames.keepRestored]!.Default).toBe(stateNames.tearDownSandbox);
  });

  test('reaches teardown even when any single state after provisioning fails', () => {
    for (const name of reachable(stateNames.provisionSandbox, beforePromotion)) {
      const state = states[name]!;
      if (state.Type !== 'Task' && state.Type !== 'Map') continue;
      expect(state.Catch?.at(-1)?.ErrorEquals, name).toEqual(['States.ALL']);
    }
  });

  test('catches by name only what AWS throws or a step of ours does', () => {
    const ofAws = ['States.ALL', 'States.Timeout', ...noTaskStarted];
    const caught = Object.values(states).flatMap(({ Catch }) => (Catch ?? []).flatMap((c) => c.ErrorEquals));
    expect(caught.filter((name) => !ofAws.includes(name) && !(name in findingRegistry))).toEqual([]);
  });

  test('confirms teardown before the record is sealed', () => {
    const unconfirmed = reachable(stateNames.provisionSandbox, [
      stateNames.confirmGone,
      stateNames.teardownUnconfirmed,
      stateNames.promote,
    ]);
    expect(unconfirmed.has(stateNames.sealRecord)).toBe(false);
  });

  test('succeeds only after the record was sealed: a drill that proved, a restore that was handed over', () => {
    expect(ends.filter((end) => states[end]!.Type === 'Succeed')).toEqual([
      stateNames.succeed,
      stateNames.handedOver,
    ]);
    for (const success of [stateNames.succeed, stateNames.handedOver]) {
      const ways = Object.keys(states).filter((name) => successors(states[name]!).includes(success));
      expect(ways).toEqual([stateNames.proven]);
    }
    const rules = states[stateNames.proven]!.Choices ?? [];
    expect(rules.find(({ Next }) => Next === stateNames.succeed)).toEqual({
      And: [
        { Variable: '$.verdict', StringEquals: 'PROVEN' },
        { Variable: '$.request.mode', StringEquals: 'drill' },
      ],
      Next: stateNames.succeed,
    });
    expect(rules.find(({ Next }) => Next === stateNames.handedOver)).toEqual({
      And: [
        { Not: { Variable: '$.handOver', IsNull: true } },
        { Variable: '$.handOver.complete', BooleanEquals: true },
      ],
      Next: stateNames.handedOver,
    });
    expect(states[stateNames.proven]!.Default).toBe(stateNames.failCouldNotVerify);
    expect(reachable(machine.StartAt, [stateNames.sealRecord]).has(stateNames.proven)).toBe(false);
  });

  test('gives every task a time limit, and heartbeats shorter than it', () => {
    for (const [name, state] of Object.entries(states)) {
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds ?? state.TimeoutSecondsPath, name).toBeTruthy();
      if (state.HeartbeatSeconds !== undefined)
        expect(state.HeartbeatSeconds, name).toBeLessThan(state.TimeoutSeconds!);
    }
  });

  test('has nothing that the validator overlooks', () => {
    expect(lintDefinition(machine as never)).toEqual([]);
  });

  test('retries only what proves that nothing of ours ran, with jitter', () => {
    for (const [name, state] of Object.entries(states)) {
      // The function that starts a task may not be invoked twice: a task of the first may run.
      const startsTask = name === stateNames.restoreOnVolume;
      const asleep = functionNotStarted.ErrorEquals as string[];
      const provenNotStarted = (error: string) =>
        startsTask
          ? [...noTaskStarted, ...asleep].includes(error)
          : String(state.Resource).includes(':ecs:')
            ? noTaskStarted.includes(error)
            : error.startsWith('Lambda.');
      for (const retry of state.Retry ?? []) {
        expect(retry.JitterStrategy, name).toBe('FULL');
        expect(
          retry.ErrorEquals.filter((error) => !provenNotStarted(error)),
          name,
        ).toEqual([]);
        expect(retry.ErrorEquals.some((error) => error in findingRegistry)).toBe(false);
      }
    }
  });

  test('repeats every invocation of a Lambda that did not start, for half an hour at most', () => {
    const map = machine.States[stateNames.runChecks] as { ItemProcessor: { States: typeof states } };
    const tasks = Object.entries({ ...states, ...map.ItemProcessor.States }).filter(([, { Resource = '' }]) =>
      Resource.includes(':lambda:invoke'),
    );
    expect(tasks).toHaveLength(Object.keys(lambdaPlaceholders).length);
    for (const [name, { Retry = [] }] of tasks) {
      const asleep = Retry.find(({ ErrorEquals }) =>
        ErrorEquals.includes('Lambda.ResourceNotReadyException'),
      );
      expect(asleep, name).toMatchObject({
        IntervalSeconds: 10,
        BackoffRate: 2,
        MaxAttempts: 10,
        MaxDelaySeconds: 300,
      });
      for (const error of ['ResourceConflictException', 'ENINotReadyException', 'EC2ThrottledException'])
        expect(asleep?.ErrorEquals, name).toContain(`Lambda.${error}`);
    }
  });

  test('asks again for every task that was not started, and never where one may have been', () => {
    const tasks = Object.values(states).filter(({ Resource }) => String(Resource).includes(':ecs:'));
    expect(tasks).toHaveLength(5);
    for (const { Retry } of tasks)
      expect(Retry?.map(({ ErrorEquals }) => ErrorEquals)).toEqual([noTaskStarted]);
    const ambiguous = ['ECS.ServerException', 'ECS.SdkClientException', 'States.ALL', 'States.Timeout'];
    expect(noTaskStarted.filter((error) => ambiguous.includes(error))).toEqual([]);
  });

  test('carries no secret: the words of one appear nowhere in it', () => {
    expect(JSON.stringify(machine)).not.toMatch(/password|passphrase|secret/i);
  });

  test('uses names that the console shows whole: plain words of at most 80 characters', () => {
    for (const name of Object.keys(states)) expect(name).toMatch(/^[A-Z][A-Za-z -]{2,78}\??$/);
  });
});

describe('placeholders', () => {
  test('are all filled, and a missing one is named', () => {
    const names = [...Object.values(lambdaPlaceholders).map((text) => text.slice(2, -1)), 'RestoreCluster'];
    const values = Object.fromEntries(names.map((name) => [name, `arn:${name}`]));
    expect(JSON.stringify(fillPlaceholders(machine, values))).not.toContain('${');
    const { JudgeFunction: _left, ...others } = values;
    expect(() => fillPlaceholders(machine, others)).toThrow('placeholders without a value: JudgeFunction');
  });
});
