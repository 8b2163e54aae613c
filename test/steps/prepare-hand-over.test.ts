import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { DrillError } from '../../lib/domain/findings/errors.ts';
import { prepareHandOverStep } from '../../lib/steps/prepare-hand-over.ts';
import { anApprovedState } from '../support/drill-states.ts';
import { inMemoryRestore, rdsAddress } from '../support/in-memory-restore.ts';

async function anApprovedRestore(undo: () => Promise<{ database: string; table: string }[]>) {
  const { ports } = inMemoryRestore();
  await ports.evidence.write(evidenceOf.prepared(1), 'restore-1', []);
  const sandbox = { sandboxId: 's', askedAt: '2026-11-20T03:00:00.000Z', address: rdsAddress('s') };
  return {
    state: anApprovedState({ drillId: 'restore-1', sandbox }),
    ports: { ...ports, checks: { ...ports.checks, undo } },
  };
}

const lost = () => new DrillError('SANDBOX_LOST', 'the connection broke', { hint: 'Look at the instance.' });

describe('preparing the hand-over', () => {
  test('asks again when the connection broke, because an approved restore is not thrown away for that', async () => {
    let asked = 0;
    const { state, ports } = await anApprovedRestore(async () => {
      asked += 1;
      if (asked < 3) throw lost();
      return [];
    });

    expect((await prepareHandOverStep(state, ports)).stage).toBe('ready to promote');
    expect(asked).toBe(3);
  });

  test('gives up on a sandbox that stays away', async () => {
    const { state, ports } = await anApprovedRestore(() => Promise.reject(lost()));

    await expect(prepareHandOverStep(state, ports)).rejects.toThrow('the connection broke');
  });

  test('does not repeat what was refused, and says it: the database is kept all the same', async () => {
    let asked = 0;
    const { state, ports } = await anApprovedRestore(async () => {
      asked += 1;
      return [{ database: 'shop', table: 'public.secretive' }];
    });

    const next = await prepareHandOverStep(state, ports);

    expect(asked).toBe(1);
    expect(next.stage).toBe('ready to promote');
    expect(next.drillFindings.map(({ code }) => code)).toEqual(['HAND_OVER_REFUSED']);
  });

  test('is noted first, so that an abort in the middle of it removes nothing', async () => {
    const { state, ports } = await anApprovedRestore(() => Promise.reject(new Error('cut')));

    await expect(prepareHandOverStep(state, ports)).rejects.toThrow('cut');

    expect(await ports.evidence.find(evidenceOf.promotion, 'restore-1')).toMatchObject({ sandboxId: 's' });
  });
});
