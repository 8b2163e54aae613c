import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { type DrillState, newDrillState } from '../../lib/domain/drill/drill-state.ts';
import type { Stage } from '../../lib/domain/drill/stages.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { cleanUpAfterAbort, removeLeftBehind } from '../../lib/steps/clean-up-after-abort.ts';
import { inMemoryRestore, rdsAddress } from '../support/in-memory-restore.ts';

/** Where nobody answered anything, unless a test says so. */
function aWorld() {
  const { ports, witness } = inMemoryRestore();
  return { ports: { ...ports, answers: null }, witness };
}

/** A clock that jumps by what is slept. */
function aJumpingClock() {
  let now = Date.parse('2026-11-20T04:00:00Z');
  return {
    now: () => new Date(now),
    sleep: async (seconds: number) => {
      now += seconds * 1000;
    },
  };
}

function aRestore(stage: Stage, given: Partial<DrillState> = {}): DrillState {
  const fresh = newDrillState({
    drillId: 'restore-1',
    database: 'shop',
    operator: 'ada',
    startedAt: '2026-11-20T03:00:00.000Z',
  });
  return {
    ...fresh,
    stage,
    request: { ...fresh.request, mode: 'restore' },
    sandbox: {
      sandboxId: 'sandbox-1',
      askedAt: '2026-11-20T03:01:00.000Z',
      address: rdsAddress('sandbox-1'),
    },
    ...given,
  };
}

describe('cleaning up after an abort', () => {
  test('waits for a sandbox that was being asked for, and removes it when it appears after all', async () => {
    const { ports, witness } = aWorld();
    const looks = ['gone', 'gone', 'pending', 'gone'] as const;
    let look = 0;
    const sandboxes = {
      ...ports.sandboxes,
      look: async () => ({ state: looks[Math.min(look++, looks.length - 1)] ?? 'gone', detail: '' }),
    };

    const sealed = await cleanUpAfterAbort(
      aRestore('sandbox planned'),
      'aborted',
      { ...ports, sandboxes, clock: aJumpingClock() },
      { lookIntervalSeconds: 20, settleSeconds: 60 },
    );

    expect(look).toBe(4);
    expect(witness.removed).toEqual(['sandbox-1', 'sandbox-1']);
    expect(sealed.teardown?.confirmed).toBe(true);
  });

  test('seals at its limit what is still there, as a failed teardown', async () => {
    const { ports, witness } = aWorld();
    const sandboxes = { ...ports.sandboxes, look: async () => ({ state: 'pending' as const, detail: '' }) };

    const sealed = await cleanUpAfterAbort(
      aRestore('restore prepared'),
      'aborted',
      { ...ports, sandboxes, clock: aJumpingClock() },
      { lookIntervalSeconds: 20, limitSeconds: 60 },
    );

    expect(sealed.teardown?.confirmed).toBe(false);
    expect(witness.records[0]?.findings.map((f) => f.code)).toEqual(['INTERRUPTED', 'TEARDOWN_FAILED']);
  });

  test.each<Stage>(['sandbox pending', 'restore prepared', 'judged', 'awaiting approval'])(
    'at stage "%s" stops the task and removes the sandbox',
    async (stage) => {
      const { ports, witness } = aWorld();

      await cleanUpAfterAbort(aRestore(stage), 'aborted', ports);

      expect(witness.removed).toEqual(['sandbox-1']);
      expect(witness.stopped).toEqual(['restore-1']);
      expect(witness.records[0]?.handOver).toBeUndefined();
    },
  );

  test.each<Stage>([
    'approved',
    'ready to promote',
    'promotion pending',
    'promoted',
    'promotion incomplete',
    'handed over',
  ])('at stage "%s" removes nothing and hands over what there is', async (stage) => {
    const { ports, witness } = aWorld();

    await cleanUpAfterAbort(aRestore(stage), 'aborted', ports);

    expect(witness.removed).toEqual([]);
    expect(witness.kept).toEqual(['sandbox-1']);
    expect(witness.records[0]?.handOver).toMatchObject({ complete: false, sandboxId: 'sandbox-1' });
    const codes = witness.records[0]?.findings.map((f) => f.code) ?? [];
    expect(codes.filter((code) => code !== 'HAND_OVER_REFUSED')).toEqual(['INTERRUPTED', 'PROMOTION_FAILED']);
    expect(codes.includes('HAND_OVER_REFUSED')).toBe(stage === 'approved');
    expect(witness.records[0]?.verdict).not.toBe('PROVEN');
  });

  test('removes nothing when evidence says that promotion began, though the known state is older', async () => {
    const { ports, witness } = aWorld();
    await ports.evidence.write(evidenceOf.promotion, 'restore-1', {
      ...{ sandboxId: 'sandbox-1', promotionAskedAt: '2026-11-20T03:20:00.000Z' },
    });

    await cleanUpAfterAbort(aRestore('awaiting approval'), 'aborted', ports);

    expect(witness.removed).toEqual([]);
    expect(witness.records[0]?.handOver?.complete).toBe(false);
  });

  test('removes nothing when a person had approved and the execution was stopped before it could go on', async () => {
    const { ports, witness } = aWorld();
    const answers = { answerOf: async () => ({ decision: 'approved' as const, by: 'grace' }) };

    await cleanUpAfterAbort(aRestore('awaiting approval'), 'aborted', { ...ports, answers });

    expect(witness.removed).toEqual([]);
    expect(witness.kept).toEqual(['sandbox-1']);
    expect(witness.records[0]?.handOver?.remaining.join(' ')).toContain(
      'row level security may not be forced',
    );
  });

  test('removes what a person had declined', async () => {
    const { ports, witness } = aWorld();
    const answers = { answerOf: async () => ({ decision: 'declined' as const, by: 'grace' }) };

    await cleanUpAfterAbort(aRestore('awaiting approval'), 'aborted', { ...ports, answers });

    expect(witness.removed).toEqual(['sandbox-1']);
  });

  test('removes nothing while nobody can say whether a person approved', async () => {
    const { ports, witness } = aWorld();
    const answers = { answerOf: async () => Promise.reject(new Error('throttled')) };
    const work = cleanUpAfterAbort(aRestore('awaiting approval'), 'aborted', { ...ports, answers });

    await expect(work).rejects.toThrow('throttled');
    expect(witness.removed).toEqual([]);
    expect(witness.records).toEqual([]);
  });

  test('says what could not be done to keep it', async () => {
    const { ports, witness } = aWorld();
    ports.sandboxes.promotion!.keep = async () => [
      { change: 'the removal of the lease', problem: 'AccessDenied: not you' },
    ];

    await cleanUpAfterAbort(aRestore('promotion pending'), 'aborted', ports);

    expect(witness.records[0]?.handOver?.remaining.join(' ')).toContain(
      'the removal of the lease of sandbox-1 was refused (AccessDenied: not you)',
    );
  });

  test('of a drill never looks like a hand-over', async () => {
    const { ports, witness } = aWorld();
    const state = aRestore('restore prepared');

    await cleanUpAfterAbort({ ...state, request: { ...state.request, mode: 'drill' } }, 'aborted', ports);

    expect(witness.removed).toEqual(['sandbox-1']);
  });

  test('seals the record even when the sandbox cannot be removed', async () => {
    const { ports, witness } = aWorld();
    ports.sandboxes.remove = async () => Promise.reject(new Error('denied'));

    await cleanUpAfterAbort(aRestore('restore prepared'), 'aborted', ports);

    expect(witness.records[0]?.findings.map((f) => f.code)).toEqual(['INTERRUPTED', 'TEARDOWN_FAILED']);
    expect(witness.locks.size).toBe(0);
  });
});

describe('what a drill left whose record was sealed by another', () => {
  const unconfirmed = { teardown: { confirmed: false, detail: 'left to the sweeper' } };

  test('is asked to go: task and sandbox', async () => {
    const { ports, witness } = aWorld();

    expect(await removeLeftBehind(aRestore('restore prepared'), unconfirmed, ports)).toBe('asked to go');
    expect(witness.removed).toEqual(['sandbox-1']);
    expect(witness.stopped).toEqual(['restore-1']);
    expect(witness.records).toEqual([]);
  });

  test('is asked again later when RDS refuses for now', async () => {
    const { ports } = aWorld();
    ports.sandboxes.remove = async () =>
      Promise.reject(new DrillError('TEARDOWN_FAILED', 'throttled', { hint: 'wait', retryable: true }));

    await expect(removeLeftBehind(aRestore('restore prepared'), unconfirmed, ports)).rejects.toThrow(
      'throttled',
    );
  });

  test('is left alone when its teardown was confirmed', async () => {
    const { ports, witness } = aWorld();
    const confirmed = { teardown: { confirmed: true, detail: 'the sandbox is gone' } };

    expect(await removeLeftBehind(aRestore('sandbox gone'), confirmed, ports)).toBe('nothing left');
    expect(witness.removed).toEqual([]);
  });

  test.each<[string, Stage, object]>([
    ['was handed over', 'judged', { handOver: { sandboxId: 'sandbox-1' } }],
    ['may have been promoted', 'promotion pending', {}],
  ])('is kept, and freed from its lease, when it %s', async (_what, stage, more) => {
    const { ports, witness } = aWorld();

    expect(await removeLeftBehind(aRestore(stage), { ...unconfirmed, ...more }, ports)).toBe('kept');
    expect(witness.removed).toEqual([]);
    expect(witness.kept).toEqual(['sandbox-1']);
  });
});
