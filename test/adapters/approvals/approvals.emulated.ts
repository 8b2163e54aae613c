import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { approvalDesk } from '../../support/approval-desk.ts';
import { memoryTable } from '../../support/aws/memory-table.ts';
import { awsError, type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';
import { aDrillState } from '../../support/drill-states.ts';
import { type EmulatedDynamo, startEmulatedDynamo } from '../ledgers/dynamodb/emulated-table.ts';

let emulator: EmulatedDynamo;
beforeAll(async () => {
  emulator = await startEmulatedDynamo();
});
afterAll(() => emulator.stop());

const aRequest = {
  ...{ state: aDrillState(), report: null, taskToken: 'the-task-token' },
  expiresAt: '2026-03-01T15:00:00.000Z',
};

/** One story over a table: asked twice, undelivered, given again by many at once, asked after. */
async function storyOver(client: DynamoDBClient, tableName: string) {
  let down = true;
  const sent: RecordedCall[] = [];
  const sfn = scripted(
    new SFNClient({ region: 'eu-west-1' }),
    () => {
      if (down) throw awsError('ServiceUnavailable', 'no', 503);
      return {};
    },
    sent,
  );
  const approvals = approvalDesk({
    client,
    tableName,
    sfn,
    clock: { now: () => new Date('2026-03-01T03:00:00.000Z') },
  });
  const first = await approvals.open(aRequest);
  const again = await approvals.open(aRequest);
  const answer = { drillId: 'drill-1', decision: 'approved', by: 'anna' } as const;
  const undelivered = await approvals.answer(answer).catch((error: { code: string }) => error.code);
  const contrary = await approvals.answer({ ...answer, decision: 'declined' });
  down = false;
  const answers = await Promise.all([approvals.answer(answer), approvals.answer({ ...answer, by: 'ben' })]);
  return {
    sameLinks: JSON.stringify(first) === JSON.stringify(again),
    undelivered,
    contrary: contrary.state,
    answered: answers.filter(({ state }) => state === 'answered').length > 0,
    later: (await approvals.answer(answer)).state,
    link: (await approvals.verify({ ...first.approve })).state,
    view: (await approvals.find('drill-1'))?.answer?.decision,
  };
}

describe('an approval in an emulated table', () => {
  test('goes the way it goes in the table in memory', async () => {
    const inMemory = scripted(new DynamoDBClient({ region: 'eu-west-1' }), memoryTable().respond);
    const expected = {
      sameLinks: true,
      undelivered: 'INTERNAL_ERROR',
      contrary: 'already answered',
      answered: true,
      later: 'already answered',
      link: 'already answered',
      view: 'approved',
    };
    expect(await storyOver(inMemory, 'ledger')).toEqual(expected);
    expect(await storyOver(emulator.client, await emulator.makeTable())).toEqual(expected);
  });
});
