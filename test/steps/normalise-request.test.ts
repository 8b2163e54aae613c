import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../lib/contract/evidence.ts';
import { normaliseRequestStep } from '../../lib/steps/normalise-request.ts';
import { inMemoryPorts } from '../support/in-memory-ports.ts';
import { aRecord } from '../support/records.ts';

const execution = { id: 'arn', name: 'drill-1', startedAt: '2026-11-20T03:00:00.000Z' };

test('a drill whose name has a record already is refused before it takes the lock: evidence is found by the name', async () => {
  const { ports, witness } = inMemoryPorts();
  ports.ledger.show = async (drillId) => aRecord({ drillId });

  const state = await normaliseRequestStep({ input: {}, execution }, ports);

  expect(state.stage).toBe('refused');
  expect(state.drillFindings.map(({ code }) => code)).toEqual(['REQUEST_INVALID']);
  expect(witness.locks.size).toBe(0);
});

test.each([
  ['a database that is not configured', { database: 'x'.repeat(200_000) }],
  ['a field of that name', { ['x'.repeat(200_000)]: 1 }],
  ['a text', 'x'.repeat(200_000)],
  ['a moment', { at: 'x'.repeat(200_000) }],
  ['a dump', { dump: 'x'.repeat(200_000) }],
])('a request that is nearly all %s gives a small state without foreign keys', async (_what, input) => {
  const { ports } = inMemoryPorts();

  const state = await normaliseRequestStep({ input, execution }, ports);

  expect(state.stage).toBe('refused');
  expect(JSON.stringify(state).length).toBeLessThan(10_000);
  expect(['shop', 'unknown']).toContain(state.database);
});

describe('a drill before it that was killed', () => {
  const killed = 'drill-0';
  const takenAt = '2026-11-20T02:00:00.000Z';

  test('between its ledger line and its reports has them afterwards, and keeps its verdict', async () => {
    const { ports } = inMemoryPorts();
    const record = aRecord({ drillId: killed });
    ports.ledger.lock = async () => ({ taken: true, abandoned: { drillId: killed, takenAt } });
    ports.ledger.show = async (drillId) => (drillId === killed ? record : null);

    const state = await normaliseRequestStep({ input: {}, execution }, ports);

    expect(state.stage).toBe('accepted');
    expect(await ports.evidence.find(evidenceOf.record, killed)).toEqual(record);
  });

  test('and whose reports cannot be written is told, and does not end the drill that begins', async () => {
    const { ports, witness } = inMemoryPorts();
    ports.ledger.lock = async () => ({ taken: true, abandoned: { drillId: killed, takenAt } });
    ports.evidence.write = async () => Promise.reject(new Error('no room'));

    const state = await normaliseRequestStep({ input: {}, execution }, ports);

    expect(state.stage).toBe('accepted');
    expect(witness.records).toMatchObject([{ drillId: killed, verdict: 'COULD_NOT_VERIFY' }]);
    expect(witness.mishaps).toMatchObject([{ drillId: killed, unheard: true }]);
  });
});
