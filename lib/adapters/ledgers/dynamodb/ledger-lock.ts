import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Clock } from '../../../ports/clock.ts';
import type { DrillLock, LockAnswer } from '../../../ports/ledger.ts';
import { awsErrorFacts } from '../../aws/aws-errors.ts';
import { lockKey } from './ledger-items.ts';

interface TableLockOptions {
  client: DynamoDBClient;
  tableName: string;
  clock: Pick<Clock, 'now'>;
  /** Whether the execution of a drill still runs; absent: only its lease tells. */
  isRunning?: (drillId: string) => Promise<boolean>;
  /** Whether somebody may still be cleaning up after a drill that ended, who will then seal its record. */
  isCleanedUp?: (drillId: string) => Promise<boolean>;
}

const lockItem = z.object({
  database: z.string(),
  drillId: z.string(),
  leaseExpiresAt: z.string(),
  takenAt: z.string(),
  revision: z.number(),
  abandonedDrillId: z.string().optional(),
  abandonedTakenAt: z.string().optional(),
});
type LockItem = z.infer<typeof lockItem>;

/** Others may take or let go the lock between our look and our write; each round one of them gets on. */
const mostRounds = 10;

/**
 * Takes the lock of a database, unless a drill that may still run holds it. The drill that holds it takes it again and
 * gets the same answer (a Lambda's retry). Each write is conditional on what was seen before it, so that of any number
 * of contenders exactly one gets it.
 *
 * An ended lease does not hold, and neither does a drill whose execution has ended without letting go. `abandoned` names
 * such a drill, unless its execution still runs or is just being cleaned up after: then its record is sealed there.
 */
export async function takeLock(lock: DrillLock, options: TableLockOptions): Promise<LockAnswer> {
  for (let round = 0; round < mostRounds; round += 1) {
    const held = await readLock(lock.database, options);
    const now = options.clock.now();
    if (held?.drillId === lock.drillId) {
      const again = { ...held, leaseExpiresAt: lock.leaseExpiresAt, revision: held.revision + 1 };
      if (await replaceLock(held, again, options)) return answerOf(again);
      continue;
    }
    const running = held === null ? false : await runs(held, options);
    const leased = held !== null && Date.parse(held.leaseExpiresAt) > now.getTime();
    if (held !== null && leased && running !== false) {
      const { database, drillId, leaseExpiresAt } = held;
      return { taken: false, heldBy: { database, drillId, leaseExpiresAt } };
    }
    const abandoned =
      held !== null && running !== true && (await options.isCleanedUp?.(held.drillId)) !== true;
    const taken: LockItem = {
      ...lock,
      takenAt: now.toISOString(),
      revision: (held?.revision ?? 0) + 1,
      ...(abandoned ? { abandonedDrillId: held.drillId, abandonedTakenAt: held.takenAt } : {}),
    };
    if (await replaceLock(held, taken, options)) return answerOf(taken);
  }
  throw new Error('the lock changed hands too often');
}

/** Lets the lock go if it is this drill's. */
export async function releaseLock(
  database: string,
  drillId: string,
  { client, tableName }: Pick<TableLockOptions, 'client' | 'tableName'>,
): Promise<void> {
  const command = new DeleteItemCommand({
    TableName: tableName,
    Key: marshall(lockKey(database)),
    ConditionExpression: 'drillId = :drillId',
    ExpressionAttributeValues: marshall({ ':drillId': drillId }),
  });
  await client.send(command).catch(ignoreFailedCondition);
}

const answerOf = ({ abandonedDrillId, abandonedTakenAt }: LockItem): LockAnswer =>
  abandonedDrillId === undefined || abandonedTakenAt === undefined
    ? { taken: true }
    : { taken: true, abandoned: { drillId: abandonedDrillId, takenAt: abandonedTakenAt } };

/** Null: nobody can tell. */
async function runs(held: LockItem, { isRunning }: TableLockOptions): Promise<boolean | null> {
  return isRunning === undefined ? null : isRunning(held.drillId);
}

/** Null when there is none, or none that we wrote. */
async function readLock(database: string, { client, tableName }: TableLockOptions): Promise<LockItem | null> {
  const command = new GetItemCommand({
    TableName: tableName,
    Key: marshall(lockKey(database)),
    ConsistentRead: true,
  });
  const { Item } = await client.send(command);
  if (Item === undefined) return null;
  const parsed = lockItem.safeParse(unmarshall(Item));
  return parsed.success ? parsed.data : null;
}

/** False when the lock is no longer what was seen. One that we did not write is replaced, whatever it says. */
async function replaceLock(
  seen: LockItem | null,
  next: LockItem,
  { client, tableName }: TableLockOptions,
): Promise<boolean> {
  const command = new PutItemCommand({
    TableName: tableName,
    Item: marshall({ ...lockKey(next.database), ...next }),
    ...(seen === null
      ? { ConditionExpression: 'attribute_not_exists(pk) OR attribute_not_exists(revision)' }
      : {
          ConditionExpression: 'drillId = :drillId AND revision = :revision',
          ExpressionAttributeValues: marshall({ ':drillId': seen.drillId, ':revision': seen.revision }),
        }),
  });
  try {
    await client.send(command);
    return true;
  } catch (error) {
    ignoreFailedCondition(error);
    return false;
  }
}

function ignoreFailedCondition(error: unknown): void {
  if (awsErrorFacts(error).name !== 'ConditionalCheckFailedException') throw error;
}
