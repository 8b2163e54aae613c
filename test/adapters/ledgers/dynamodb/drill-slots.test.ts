import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { describe, expect, test } from 'vitest';
import {
  createDynamoLedger,
  type DynamoLedgerOptions,
} from '../../../../lib/adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { memoryTable } from '../../../support/aws/memory-table.ts';
import { scripted } from '../../../support/aws/scripted-client.ts';

function slotsOf(mostDrills: number, options: Partial<DynamoLedgerOptions> = {}) {
  const table = memoryTable();
  let now = Date.parse('2026-11-20T03:00:00Z');
  const ledger = createDynamoLedger({
    client: scripted(new DynamoDBClient({ region: 'eu-west-1' }), table.respond),
    tableName: 'ledger',
    clock: { now: () => new Date(now), sleep: async () => {} },
    databases: ['shop'],
    mostDrills,
    ...options,
  });
  const take = (drillId: string, waits = true) =>
    ledger.takeSlot({ drillId, leaseExpiresAt: new Date(now + 3600_000).toISOString(), waits });
  return { ledger, take, later: (minutes: number) => (now += minutes * 60_000) };
}

const full = (...runningDrills: string[]) => ({ taken: false, runningDrills });

describe('slots', () => {
  test('are as many as may run at once; who has one has it when asked again', async () => {
    const { take } = slotsOf(2);
    expect(await take('a')).toEqual({ taken: true });
    expect(await take('b')).toEqual({ taken: true });
    expect(await take('c')).toEqual(full('a', 'b'));
    expect(await take('b')).toEqual({ taken: true });
  });

  test('are freed with the lock of the drill, whether it had one or not', async () => {
    const { ledger, take } = slotsOf(1);
    await take('a');
    await ledger.unlock('shop', 'never had one');
    expect(await take('b')).toEqual(full('a'));
    await ledger.unlock('shop', 'a');
    expect(await take('b')).toEqual({ taken: true });
  });

  test('are never refused to a real restore, and count it', async () => {
    const { take } = slotsOf(1);
    await take('a');
    expect(await take('restore', false)).toEqual({ taken: true });
    expect(await take('b')).toEqual(full('a', 'restore'));
  });

  test('are not held by a drill whose lease has ended', async () => {
    const { take, later } = slotsOf(1);
    await take('crashed');
    later(61);
    expect(await take('b')).toEqual({ taken: true });
  });

  test('are not held by a drill that has ended, unless somebody still removes what it made', async () => {
    const running = new Set(['a', 'b', 'c']);
    const cleanedUp = new Set<string>();
    const { take } = slotsOf(2, {
      isRunning: async (drillId) => running.has(drillId),
      isCleanedUp: async (drillId) => cleanedUp.has(drillId),
    });
    await take('a');
    await take('b');
    expect(await take('c')).toEqual(full('a', 'b'));
    running.delete('a');
    cleanedUp.add('a');
    expect(await take('c')).toEqual(full('a', 'b'));
    cleanedUp.delete('a');
    expect(await take('c')).toEqual({ taken: true });
    expect(await take('d')).toMatchObject({ taken: false });
  });

  test('are given to as many as there are, of many that ask at once', async () => {
    const { take } = slotsOf(4);
    const answers = await Promise.all(Array.from({ length: 12 }, (_unused, number) => take(`d${number}`)));
    expect(answers.filter(({ taken }) => taken)).toHaveLength(4);
  });

  test('are given to each of fifty that ask at one moment, when there are fifty', async () => {
    const { take } = slotsOf(50);
    const answers = await Promise.all(Array.from({ length: 50 }, (_unused, number) => take(`d${number}`)));
    expect(answers).toEqual(answers.map(() => ({ taken: true })));
  });
});
