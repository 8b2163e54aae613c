import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { GivenAnswers } from '../../ports/approvals.ts';
import { ledgerError } from '../ledgers/dynamodb/ledger-errors.ts';
import { readApproval, waitedInVain } from './approval-table.ts';

/** Answers as approval-answers.ts kept them. */
export function createGivenAnswers(options: { client: DynamoDBClient; tableName: string }): GivenAnswers {
  return {
    async answerOf(drillId) {
      const item = await readApproval(drillId, options).catch((error: unknown) => {
        throw ledgerError('LEDGER_UNREADABLE', options.tableName, error);
      });
      if (item === null || item.answer === null || waitedInVain(item)) return null;
      const { decision, by } = item.answer;
      return { decision, by };
    },
  };
}
