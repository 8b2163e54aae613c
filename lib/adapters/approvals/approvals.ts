import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Approvals } from '../../ports/approvals.ts';
import type { Clock } from '../../ports/clock.ts';
import { ledgerError } from '../ledgers/dynamodb/ledger-errors.ts';
import { approvalPlan } from '../notices/messages/approval-needed.ts';
import { linkUrl, signLink } from './approval-links.ts';
import { storeApproval } from './approval-table.ts';

/**
 * Approvals in the ledger's table: one item each, gone a week after it expired (TTL), and answered by two signed links
 * to `approvalUrl`, the function URL of lambdas/answer-approval.ts; null: it has none, and the command line answers.
 */
export function createApprovals(options: {
  client: DynamoDBClient;
  tableName: string;
  clock: Pick<Clock, 'now'>;
  approvalUrl: string | null;
}): Approvals {
  const { clock, tableName, approvalUrl } = options;
  return {
    async open({ state, report, taskToken, expiresAt }) {
      const { drillId, database } = state;
      const question = { drillId, database, taskToken, expiresAt, plan: approvalPlan(state, report) };
      const requestedAt = clock.now().toISOString();
      const { key } = await storeApproval({ ...question, requestedAt }, options).catch(
        (error: unknown): never => {
          throw ledgerError('LEDGER_UNWRITABLE', tableName, error);
        },
      );
      if (approvalUrl === null) return 'command line';
      const link = { drillId, expiresAtEpoch: Math.floor(Date.parse(expiresAt) / 1000) };
      return {
        approve: linkUrl(approvalUrl, signLink(key, { ...link, decision: 'approved' })),
        decline: linkUrl(approvalUrl, signLink(key, { ...link, decision: 'declined' })),
      };
    },
  };
}
