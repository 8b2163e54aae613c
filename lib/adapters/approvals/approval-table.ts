import { randomBytes } from 'node:crypto';
import {
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { awsErrorFacts } from '../aws/aws-errors.ts';
import { approvalKey, expiryAttribute } from '../ledgers/dynamodb/ledger-items.ts';
import type { Decision } from './approval-links.ts';

interface ApprovalTable {
  client: DynamoDBClient;
  tableName: string;
}

/** Everything that is kept of an approval. `taskToken` and `hmacKey` are secrets: they leave this table for no log. */
export interface ApprovalItem {
  drillId: string;
  database: string;
  plan: string;
  requestedAt: string;
  expiresAt: string;
  /** Null once the approval is closed. */
  taskToken: string | null;
  hmacKey: Uint8Array;
  answer: { decision: Decision; by: string; answeredAt: string } | null;
  delivered: boolean;
}

const approvalItem = z
  .object({
    drillId: z.string(),
    database: z.string(),
    planText: z.string(),
    requestedAt: z.string(),
    expiresAt: z.string(),
    taskToken: z.string().optional(),
    hmacKey: z.instanceof(Uint8Array),
    decision: z.enum(['approved', 'declined']).optional(),
    answeredBy: z.string().optional(),
    answeredAt: z.string().optional(),
    delivered: z.boolean(),
  })
  .transform(
    ({ planText, taskToken, decision, answeredBy, answeredAt, ...rest }): ApprovalItem => ({
      ...rest,
      plan: planText,
      taskToken: taskToken ?? null,
      answer:
        decision === undefined
          ? null
          : { decision, by: answeredBy ?? 'unknown', answeredAt: answeredAt ?? '' },
    }),
  );

/** An answered or expired approval stays for a week, so that a late click is told what happened. */
const keptSeconds = 7 * 24 * 3600;
/** As long as the digest of the HMAC: more adds nothing (RFC 2104 section 3). */
const keyBytes = 32;

/**
 * Writes an approval over whatever was there before – but a repeated call for the very same wait (Lambda retries) keeps
 * the key, so that the links of the first notification stay good.
 */
export async function storeApproval(
  approval: Pick<ApprovalItem, 'drillId' | 'database' | 'plan' | 'requestedAt' | 'expiresAt'> & {
    taskToken: string;
  },
  { client, tableName }: ApprovalTable,
): Promise<{ key: Uint8Array }> {
  const before = await readApproval(approval.drillId, { client, tableName });
  if (before?.taskToken === approval.taskToken) return { key: before.hmacKey };
  const key = randomBytes(keyBytes);
  const { plan, ...attributes } = approval;
  const item = {
    ...approvalKey(approval.drillId),
    ...attributes,
    planText: plan,
    hmacKey: key,
    delivered: false,
    [expiryAttribute]: Math.floor(Date.parse(approval.expiresAt) / 1000) + keptSeconds,
  };
  const command = new PutItemCommand({
    TableName: tableName,
    Item: marshall(item),
    ConditionExpression: 'attribute_not_exists(taskToken) OR taskToken <> :token',
    ExpressionAttributeValues: marshall({ ':token': approval.taskToken }),
  });
  try {
    await client.send(command);
    return { key };
  } catch (error) {
    if (awsErrorFacts(error).name !== 'ConditionalCheckFailedException') throw error;
    // Another invocation for the same wait was faster: its key is the one that links are signed with.
    const faster = await readApproval(approval.drillId, { client, tableName });
    if (faster === null) throw error;
    return { key: faster.hmacKey };
  }
}

export async function readApproval(
  drillId: string,
  { client, tableName }: ApprovalTable,
): Promise<ApprovalItem | null> {
  const key = marshall(approvalKey(drillId));
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: key, ConsistentRead: true }),
  );
  const parsed = approvalItem.safeParse(Item === undefined ? undefined : unmarshall(Item));
  return parsed.success ? parsed.data : null;
}

/** The answer came when nothing waited any more: it must not be told as one that counts. */
export const waitedInVain = ({ taskToken, delivered }: ApprovalItem): boolean =>
  taskToken === null && !delivered;

/**
 * Makes the answer the one that counts: of any number at once exactly one gets it. False when another was faster, or
 * when the approval is no longer the one that was looked at.
 */
export async function claimAnswer(
  answer: { drillId: string; decision: Decision; by: string; answeredAt: string },
  seen: ApprovalItem,
  { client, tableName }: ApprovalTable,
): Promise<boolean> {
  const unchanged = seen.answer === null ? 'attribute_not_exists(#decision)' : 'answeredAt = :seenAt';
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: marshall(approvalKey(answer.drillId)),
    UpdateExpression: 'SET #decision = :decision, answeredBy = :by, answeredAt = :at',
    ConditionExpression: `requestedAt = :requestedAt AND delivered = :no AND ${unchanged}`,
    ExpressionAttributeNames: { '#decision': 'decision' },
    ExpressionAttributeValues: marshall({
      ':decision': answer.decision,
      ':by': answer.by,
      ':at': answer.answeredAt,
      ':requestedAt': seen.requestedAt,
      ':no': false,
      ...(seen.answer === null ? {} : { ':seenAt': seen.answer.answeredAt }),
    }),
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    if (awsErrorFacts(error).name === 'ConditionalCheckFailedException') return false;
    throw error;
  }
}

/**
 * Ends the approval: `delivered` says whether the answer reached the waiting state. The token has done its work and is
 * removed; the key stays to recognise a link that is clicked again.
 */
export async function closeApproval(
  drillId: string,
  delivered: boolean,
  { client, tableName }: ApprovalTable,
): Promise<void> {
  const command = new UpdateItemCommand({
    TableName: tableName,
    Key: marshall(approvalKey(drillId)),
    UpdateExpression: 'SET delivered = :delivered REMOVE taskToken',
    ExpressionAttributeValues: marshall({ ':delivered': delivered }),
  });
  await client.send(command);
}
