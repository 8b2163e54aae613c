import { describe, expect, test } from 'vitest';
import { findingRegistry } from '../../lib/domain/findings.ts';
import { drillMachine, fillPlaceholders, lambdaPlaceholders } from '../../lib/machine/definition.ts';
import { stateNames } from '../../lib/machine/state-names.ts';

interface State {
  Type: string;
  Next?: string;
  Default?: string;
  Choices?: { Next: string }[];
  Catch?: { Next: string; ErrorEquals: string[]; ResultPath: string }[];
  Retry?: { ErrorEquals: string[]; JitterStrategy?: string }[];
  TimeoutSeconds?: number;
  HeartbeatSeconds?: number;
  End?: boolean;
}

const machine = drillMachine();
const states = machine.States as unknown as Record<string, State>;

function successors(state: State): string[] {
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

describe('the state machine', () => {
  test('names only states that exist, and every state can be reached', () => {
    for (const state of Object.values(states)) {
      for (const next of successors(state)) expect(Object.keys(states)).toContain(next);
    }
    expect([...reachable(machine.StartAt)].sort()).toEqual(Object.keys(states).sort());
  });

  test('reaches teardown on every path that asked for a sandbox', () => {
    const withoutTeardown = reachable(stateNames.provisionSandbox, [stateNames.tearDownSandbox]);
    expect(ends.filter((end) => withoutTeardown.has(end))).toEqual([]);
  });

  test('reaches teardown even when any single state after provisioning fails', () => {
    const after = reachable(stateNames.provisionSandbox, [stateNames.tearDownSandbox]);
    for (const name of after) {
      const state = states[name]!;
      if (state.Type !== 'Task' && state.Type !== 'Map') continue;
      expect(
        state.Catch?.map((catcher) => catcher.ErrorEquals),
        name,
      ).toEqual([['States.ALL']]);
    }
  });

  test('confirms teardown before the record is sealed', () => {
    const unconfirmed = reachable(stateNames.provisionSandbox, [
      stateNames.confirmGone,
      stateNames.teardownUnconfirmed,
    ]);
    expect(unconfirmed.has(stateNames.sealRecord)).toBe(false);
  });

  test('succeeds only through a sealed record with the verdict PROVEN', () => {
    expect(ends.filter((end) => states[end]!.Type === 'Succeed')).toEqual([stateNames.succeed]);
    const ways = Object.entries(states).filter(([, state]) => successors(state).includes(stateNames.succeed));
    expect(ways.map(([name]) => name)).toEqual([stateNames.proven]);
    const proven = states[stateNames.proven] as unknown as { Choices: object[]; Default: string };
    expect(proven.Choices[0]).toEqual({
      Variable: '$.verdict',
      StringEquals: 'PROVEN',
      Next: stateNames.succeed,
    });
    expect(proven.Default).toBe(stateNames.failCouldNotVerify);
    expect(reachable(machine.StartAt, [stateNames.sealRecord]).has(stateNames.proven)).toBe(false);
  });

  test('gives every task a time limit, and heartbeats shorter than it', () => {
    for (const [name, state] of Object.entries(states)) {
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds, name).toBeGreaterThan(0);
      if (state.HeartbeatSeconds !== undefined)
        expect(state.HeartbeatSeconds).toBeLessThan(state.TimeoutSeconds!);
    }
  });

  test('retries only what Lambda itself could not start, with jitter', () => {
    for (const [name, state] of Object.entries(states)) {
      for (const retry of state.Retry ?? []) {
        expect(retry.JitterStrategy, name).toBe('FULL');
        expect(
          retry.ErrorEquals.every((error) => error.startsWith('Lambda.')),
          name,
        ).toBe(true);
        expect(retry.ErrorEquals.some((error) => error in findingRegistry)).toBe(false);
      }
    }
  });

  test('carries no secret: the words of one appear nowhere in it', () => {
    expect(JSON.stringify(machine)).not.toMatch(/password|passphrase|secret/i);
  });

  test('uses names that the console shows whole: plain words of at most 80 characters', () => {
    for (const name of Object.keys(states)) expect(name).toMatch(/^[A-Z][A-Za-z ]{2,78}\??$/);
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
