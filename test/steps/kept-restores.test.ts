import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import type { DrillPorts } from '../../lib/ports/drill-ports.ts';
import { isKeptDrill } from '../../lib/steps/kept-restores.ts';
import { anApprovedState } from '../support/drill-states.ts';
import { inMemoryRestore } from '../support/in-memory-restore.ts';

const waiting = anApprovedState({ drillId: 'd', stage: 'awaiting approval', approval: null });

interface Known {
  record?: Partial<DrillRecord>;
  state?: typeof waiting;
  answer?: 'approved' | 'declined';
}

async function isKept({ record, state, answer }: Known): Promise<boolean> {
  const { ports } = inMemoryRestore();
  if (state !== undefined) await ports.evidence.write(evidenceOf.state, 'd', state);
  const ledger: DrillPorts['ledger'] = {
    ...ports.ledger,
    show: async () => (record === undefined ? null : ({ mode: 'restore', ...record } as DrillRecord)),
  };
  const answers = {
    answerOf: async () => (answer === undefined ? null : { decision: answer, by: 'grace' }),
  };
  return isKeptDrill('d', { evidence: ports.evidence, ledger, answers });
}

const handOver = { sandboxId: 's' } as DrillRecord['handOver'] & object;

describe('what a drill left that nobody knows more of than its id', () => {
  test.each<[string, Known]>([
    ['its record says that it was handed over', { record: { handOver } }],
    ['its last state is approved', { state: anApprovedState({ drillId: 'd' }) }],
    ['a person approved it after its last state', { state: waiting, answer: 'approved' }],
    ['another drill sealed its record and did not know', { record: {}, state: waiting, answer: 'approved' }],
  ])('is kept when %s', async (_why, known) => {
    expect(await isKept(known)).toBe(true);
  });

  test.each<[string, Known]>([
    ['nothing is known of it', {}],
    ['nobody answered', { state: waiting }],
    ['a person declined it', { state: waiting, answer: 'declined' }],
    ['it was a drill', { record: { mode: 'drill' }, answer: 'approved' }],
    [
      'its teardown had begun',
      {
        state: { ...anApprovedState({ drillId: 'd', stage: 'sandbox leaving' }), approval: null },
        answer: 'declined',
      },
    ],
  ])('is not when %s', async (_why, known) => {
    expect(await isKept(known)).toBe(false);
  });
});
