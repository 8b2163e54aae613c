import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';
import * as z from 'zod';
import type { ApprovalAnswer } from '../../domain/drill/facts.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Clock } from '../../ports/clock.ts';
import { awsErrorFacts, awsErrorText, isTransientAwsError } from '../aws/aws-errors.ts';
import { ledgerError } from '../ledgers/dynamodb/ledger-errors.ts';
import { type Decision, isSignedBy } from './approval-links.ts';
import type { AnswerOutcome, ApprovalAnswers, ApprovalView } from './approval-outcomes.ts';
import {
  type ApprovalItem,
  claimAnswer,
  closeApproval,
  readApproval,
  waitedInVain,
} from './approval-table.ts';

export interface ApprovalAnswersOptions {
  client: DynamoDBClient;
  tableName: string;
  sfn: SFNClient;
  clock: Pick<Clock, 'now'>;
}

const linkQuery = z.object({
  drill: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/),
  decision: z.enum(['approved', 'declined']),
  expires: z.string().regex(/^\d{1,12}$/),
  signature: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});

/** Answers to the questions that approvals.ts keeps, each given to the waiting state of its drill. */
export function createApprovalAnswers(options: ApprovalAnswersOptions): ApprovalAnswers {
  const { clock, sfn, tableName } = options;
  const reading = (drillId: string) =>
    readApproval(drillId, options).catch((error: unknown) => {
      throw ledgerError('LEDGER_UNREADABLE', tableName, error);
    });
  const writing = <Result>(work: Promise<Result>) =>
    work.catch((error: unknown): never => {
      throw ledgerError('LEDGER_UNWRITABLE', tableName, error);
    });

  return {
    async find(drillId) {
      const item = await reading(drillId);
      return item === null ? null : viewOf(item);
    },

    async verify(query) {
      const parsed = linkQuery.safeParse(query);
      if (!parsed.success) return { state: 'invalid' };
      const item = await reading(parsed.data.drill);
      // The same answer for a drill that is not known and for a wrong signature: the link gives nothing away.
      if (item === null || !isSignedBy(item.hmacKey, parsed.data)) return { state: 'invalid' };
      if (waitedInVain(item)) return { state: 'expired', expiresAt: item.expiresAt };
      if (item.answer !== null && !maybeAgain(item, parsed.data.decision)) {
        return { state: 'already answered', decision: item.answer.decision };
      }
      if (hasExpired(item, clock)) return { state: 'expired', expiresAt: item.expiresAt };
      return { state: 'valid', decision: parsed.data.decision, approval: viewOf(item) };
    },

    async answer({ drillId, decision, by }) {
      const answeredAt = clock.now().toISOString();
      const item = await reading(drillId);
      if (item === null) return { state: 'unknown' };
      if (waitedInVain(item)) return { state: 'no longer waiting' };
      const before = item.answer;
      if (before !== null && !maybeAgain(item, decision)) return { state: 'already answered', ...before };
      if (hasExpired(item, clock)) return { state: 'expired', expiresAt: item.expiresAt };
      const claimed = await writing(claimAnswer({ drillId, decision, by, answeredAt }, item, options));
      if (!claimed) return afterLostRace(await reading(drillId));
      const outcome = await deliver(item, { decision, by }, sfn);
      // What the answer came to is known; a token that is left behind is spent, and TTL removes it with its item.
      await closeApproval(drillId, outcome.state === 'answered', options).catch(() => {});
      return outcome;
    },
  };
}

/** An answer that is kept but did not reach the state machine may be given again, as it was. */
const maybeAgain = (item: ApprovalItem, decision: Decision) =>
  item.answer?.decision === decision && !item.delivered;

const hasExpired = (item: ApprovalItem, clock: Pick<Clock, 'now'>) =>
  Date.parse(item.expiresAt) <= clock.now().getTime();

const viewOf = ({ drillId, database, plan, requestedAt, expiresAt, answer }: ApprovalItem): ApprovalView => ({
  drillId,
  database,
  plan,
  requestedAt,
  expiresAt,
  answer,
});

function afterLostRace(item: ApprovalItem | null): AnswerOutcome {
  if (item === null || item.answer === null) return { state: 'unknown' };
  return { state: 'already answered', ...item.answer };
}

/** @throws DrillError INTERNAL_ERROR, retryable */
async function deliver(item: ApprovalItem, answer: ApprovalAnswer, sfn: SFNClient): Promise<AnswerOutcome> {
  if (item.taskToken === null) return { state: 'no longer waiting' };
  try {
    await sfn.send(new SendTaskSuccessCommand({ taskToken: item.taskToken, output: JSON.stringify(answer) }));
    return { state: 'answered', decision: answer.decision };
  } catch (error) {
    const { name } = awsErrorFacts(error);
    // TaskTimedOut also when an answer whose confirmation got lost had arrived: nothing waits any more.
    if (/^(TaskTimedOut|TaskDoesNotExist|InvalidToken)$/.test(name)) return { state: 'no longer waiting' };
    // The message of the service may quote the token; only its name is kept.
    throw new DrillError(
      'INTERNAL_ERROR',
      `the answer did not reach Step Functions (${awsErrorText(error)})`,
      {
        hint: 'Give the same answer again; it is kept until the approval expires.',
        fault: 'service',
        retryable: isTransientAwsError(error),
      },
    );
  }
}
