import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { Clock } from '../../../ports/clock.ts';
import type { DrillSlot, SlotAnswer } from '../../../ports/ledger.ts';
import { awsErrorFacts } from '../../aws/aws-errors.ts';
import { slotsKey } from './ledger-items.ts';

interface SlotOptions {
  client: DynamoDBClient;
  tableName: string;
  clock: Pick<Clock, 'now' | 'sleep'>;
  /** How many drills may run at once; null: as many as there are. */
  mostDrills: number | null;
  /** Whether the execution of a drill still runs; absent: only its lease tells. */
  isRunning?: (drillId: string) => Promise<boolean>;
  /** Whether somebody may still be removing what a drill that ended had made. */
  isCleanedUp?: (drillId: string) => Promise<boolean>;
}

/** All slots in one item: that there are never too many is one condition of one write. A slot takes some 100 bytes. */
const slotsItem = z.object({
  revision: z.number(),
  holders: z.record(z.string(), z.object({ leaseExpiresAt: z.string() })),
});
type SlotsItem = z.infer<typeof slotsItem>;

/** As many may meet as have a slot (`maxConcurrentDrills`, 100 at most) and real restores; each round one of them gets on. */
const mostRounds = 120;
const longestPauseSeconds = 0.5;

/**
 * Takes a slot for a drill. Who has one is asked after only when none is free: a drill whose lease has ended, or whose
 * execution has ended and is not being cleaned up after, does not keep it.
 */
export async function takeSlot(slot: DrillSlot, options: SlotOptions): Promise<SlotAnswer> {
  const { drillId, leaseExpiresAt, waits } = slot;
  return changed<SlotAnswer>(options, async (seen) => {
    if (seen.holders[drillId] !== undefined) return { answer: { taken: true } };
    const most = options.mostDrills;
    let holders = seen.holders;
    if (waits && most !== null && Object.keys(holders).length >= most)
      holders = await stillHeld(holders, options);
    if (waits && most !== null && Object.keys(holders).length >= most)
      return { answer: { taken: false, runningDrills: Object.keys(holders) } };
    return { answer: { taken: true }, holders: { ...holders, [drillId]: { leaseExpiresAt } } };
  });
}

/** Frees the slot of a drill, if it has one. */
export async function freeSlot(drillId: string, options: Omit<SlotOptions, 'mostDrills'>): Promise<void> {
  await changed(options, async ({ holders }) => {
    const { [drillId]: own, ...others } = holders;
    return own === undefined ? { answer: null } : { answer: null, holders: others };
  });
}

async function stillHeld(
  holders: SlotsItem['holders'],
  { clock, isRunning, isCleanedUp }: SlotOptions,
): Promise<SlotsItem['holders']> {
  const now = clock.now().getTime();
  const held = await Promise.all(
    Object.entries(holders).map(async ([drillId, { leaseExpiresAt }]) => {
      if (Date.parse(leaseExpiresAt) <= now) return false;
      if (isRunning === undefined || (await isRunning(drillId))) return true;
      return (await isCleanedUp?.(drillId)) === true;
    }),
  );
  return Object.fromEntries(Object.entries(holders).filter((_holder, index) => held[index]));
}

/** Reads, decides and writes under the condition that nobody wrote between; without `holders` nothing is written. */
async function changed<Answer>(
  { client, tableName, clock }: Pick<SlotOptions, 'client' | 'tableName' | 'clock'>,
  decide: (seen: SlotsItem) => Promise<{ answer: Answer; holders?: SlotsItem['holders'] }>,
): Promise<Answer> {
  for (let round = 0; round < mostRounds; round += 1) {
    const read = new GetItemCommand({ TableName: tableName, Key: marshall(slotsKey), ConsistentRead: true });
    const { Item } = await client.send(read);
    const parsed = Item === undefined ? null : slotsItem.safeParse(unmarshall(Item));
    const seen = parsed?.success === true ? parsed.data : { revision: 0, holders: {} };
    const { answer, holders } = await decide(seen);
    if (holders === undefined) return answer;
    const write = new PutItemCommand({
      TableName: tableName,
      Item: marshall({ ...slotsKey, holders, revision: seen.revision + 1 }),
      // What we did not write is replaced, whatever it says.
      ConditionExpression: 'attribute_not_exists(revision) OR revision = :revision',
      ExpressionAttributeValues: marshall({ ':revision': seen.revision }),
    });
    try {
      await client.send(write);
      return answer;
    } catch (error) {
      if (awsErrorFacts(error).name !== 'ConditionalCheckFailedException') throw error;
      await clock.sleep(Math.min(longestPauseSeconds, 0.05 * (round + 1)) * Math.random());
    }
  }
  throw new Error('the slots changed hands too often');
}
