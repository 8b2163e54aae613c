import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { createGivenAnswers } from '../../../lib/adapters/approvals/given-answers.ts';
import { approvalDesk } from '../../support/approval-desk.ts';
import { memoryTable } from '../../support/aws/memory-table.ts';
import { awsError, type Responder, scripted } from '../../support/aws/scripted-client.ts';
import { aDrillState } from '../../support/drill-states.ts';

const region = { region: 'eu-west-1' };
const question = {
  ...{ state: aDrillState(), report: null, taskToken: 'token' },
  expiresAt: '2026-03-01T15:00:00.000Z',
};

/** A question that was asked, answered or not; `deliver` is what Step Functions says of the answer. */
async function asked(deliver: Responder = () => ({})) {
  const client = scripted(new DynamoDBClient(region), memoryTable().respond);
  const approvals = approvalDesk({
    ...{ client, tableName: 'ledger', sfn: scripted(new SFNClient(region), deliver) },
    clock: { now: () => new Date('2026-03-01T03:00:00.000Z') },
  });
  await approvals.open(question);
  return { approvals, answers: createGivenAnswers({ client, tableName: 'ledger' }) };
}

describe('the answer to an approval', () => {
  test('is nobody’s while nobody answered, nor where nobody was asked', async () => {
    const { answers } = await asked();

    expect(await answers.answerOf('drill-1')).toBeNull();
    expect(await answers.answerOf('another')).toBeNull();
  });

  test.each(['approved', 'declined'] as const)('is known once it was given: %s', async (decision) => {
    const { approvals, answers } = await asked();
    await approvals.answer({ drillId: 'drill-1', decision, by: 'grace' });

    expect(await answers.answerOf('drill-1')).toEqual({ decision, by: 'grace' });
  });

  test('counts while it is on its way, because nobody knows whether it arrived', async () => {
    const { approvals, answers } = await asked(() => {
      throw awsError('ServiceUnavailable', 'later', 503);
    });
    await approvals.answer({ drillId: 'drill-1', decision: 'approved', by: 'grace' }).catch(() => {});

    expect(await answers.answerOf('drill-1')).toMatchObject({ decision: 'approved' });
  });

  test('does not count when it came after the state had given up waiting', async () => {
    const { approvals, answers } = await asked(() => {
      throw awsError('TaskTimedOut', 'gone');
    });
    await approvals.answer({ drillId: 'drill-1', decision: 'approved', by: 'grace' });

    expect(await answers.answerOf('drill-1')).toBeNull();
  });
});
