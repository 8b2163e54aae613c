import { describe, expect, test } from 'vitest';
import { reached, standing } from '../../../lib/domain/drill/known-at.ts';
import { aDrillState, anApprovedState } from '../../support/drill-states.ts';

describe('a state that comes to a step', () => {
  test('is taken at a stage from which the step goes on', () => {
    const state = standing(aDrillState(), ['restore prepared']);
    expect(state.sandbox.address.serverVersion).toBe('15.18');
  });

  test('is refused at any other stage, naming both', () => {
    expect(() => standing(aDrillState(), ['ready to promote'])).toThrow(
      'the drill stands at "restore prepared"; it can go on from "ready to promote" only',
    );
  });

  test('is refused without what is known at its stage', () => {
    const sandbox = { ...aDrillState().sandbox!, address: null };
    expect(() => standing(aDrillState({ sandbox, plan: null }), ['restore prepared'])).toThrow(
      'the drill stands at "restore prepared" without its plan, address',
    );
  });

  test('is refused without what a state of the machine should have added', () => {
    expect(() => standing(aDrillState(), ['restore prepared'], ['restored'])).toThrow('without its restored');
  });

  test('by a name of our own', () => {
    expect(() => standing(aDrillState(), [])).toThrow(
      expect.objectContaining({ code: 'STATE_UNREADABLE' }) as Error,
    );
  });
});

test('a stage is reached only with what is known there', () => {
  const approved = anApprovedState();
  expect(reached({ ...approved, stage: 'approved' })).toEqual(approved);
  expect(() => reached({ ...approved, stage: 'approved', approval: null })).toThrow('without its approval');
});
