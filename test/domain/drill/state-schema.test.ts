import { describe, expect, test } from 'vitest';
import { newDrillState, stateSchemaVersion } from '../../../lib/domain/drill/drill-state.ts';
import { parseDrillState } from '../../../lib/domain/drill/state-schema.ts';
import { releasedStates } from '../../support/released-states.ts';

const facts = {
  drillId: 'drill-1',
  database: 'shop',
  operator: 'ada',
  startedAt: '2026-11-20T03:00:00.000Z',
};
const fresh = newDrillState(facts);

describe('the document of a released version', () => {
  test.each(releasedStates)('$name is read, filled up and loses nothing', ({ document, stage }) => {
    const state = parseDrillState(document);

    expect(state).toMatchObject(document);
    expect(state.stage).toBe(stage);
    // A Choice on a missing path ends an execution without any Catch.
    expect(Object.keys(state)).toEqual(expect.arrayContaining(Object.keys(fresh)));
    expect(state.schemaVersion).toBe(stateSchemaVersion);
  });

  test('was recorded for every stage in which an execution waits for something', () => {
    const waiting = ['sandbox pending', 'restore prepared', 'awaiting approval', 'promotion pending'];
    const recorded = releasedStates.filter(({ shape }) => shape === `version-${stateSchemaVersion}`);
    expect(recorded.map(({ stage }) => stage)).toEqual(expect.arrayContaining(waiting));
  });

  test('says by its part for RDS what kind of sandbox was planned, before plans had a kind', () => {
    const planned = releasedStates.filter(({ document }) => document.plan !== null);
    expect(planned.length).toBeGreaterThan(3);
    for (const { document } of planned) expect(parseDrillState(document).plan?.kind).toBe('rds');

    const { rds: _managed, ...local } = planned[0]!.document.plan as Record<string, unknown>;
    const { kind: _none, ...ofThisMachine } = local;
    expect(parseDrillState({ ...fresh, plan: ofThisMachine }).plan?.kind).toBe('local-process');
  });
});

describe('the document of a later version', () => {
  test('keeps its number and the fields that are not known here', () => {
    const later = { ...fresh, schemaVersion: stateSchemaVersion + 1, wishes: ['more'] };
    expect(parseDrillState(later)).toEqual(later);
  });
});

describe('a document that cannot be read', () => {
  test.each([
    ['is no object', 'text', 'the whole: '],
    ['is empty', {}, 'drillId: '],
    ['stands at a stage that there is none of', { ...fresh, stage: 'asleep' }, 'stage: '],
    ['began at no moment', { ...fresh, startedAt: 'yesterday' }, 'startedAt: no moment'],
    [
      'lacks the name of its sandbox',
      { ...fresh, sandbox: { askedAt: facts.startedAt } },
      'sandbox.sandboxId: ',
    ],
    ['has findings that are none', { ...fresh, findings: ['bad'] }, 'findings.0: '],
  ])('because it %s is refused by name, saying where it is wrong', (_why, document, where) => {
    expect(() => parseDrillState(document)).toThrow(
      expect.objectContaining({
        code: 'STATE_UNREADABLE',
        message: expect.stringContaining(where) as string,
      }) as Error,
    );
  });
});

describe('an answer to "Await approval"', () => {
  test.each([
    ['approved, by nobody who is named', { decision: 'approved' }, { decision: 'approved', by: 'unknown' }],
    ['one that says nothing', {}, null],
    ['one that is neither', { decision: 'maybe', by: 'x' }, null],
    ['a text', 'yes', null],
  ])('%s, never keeps the state from being read', (_what, approval, read) => {
    expect(parseDrillState({ ...fresh, approval }).approval).toEqual(read);
  });
});
