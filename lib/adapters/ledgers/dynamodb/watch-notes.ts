import { gunzipSync, gzipSync } from 'node:zlib';
import { type DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { SweepReport } from '../../../domain/watch/facts.ts';
import type { WatchMemory, WatchNotes } from '../../../ports/watching.ts';
import { ledgerError } from './ledger-errors.ts';
import { type ItemKey, watchMemoryKey, watchSweepKey } from './ledger-items.ts';

/** Raised when a release would misread what one before it remembered. What is forgotten is told once more. */
const memoryFormat = 1;

const memoryItem = z.object({ format: z.literal(memoryFormat), memory: z.instanceof(Uint8Array) });
const sweepItem = z.object({
  at: z.string(),
  outlived: z.array(z.object({ name: z.string(), drillId: z.string() })),
});

/** Notes of the watch in the ledger's table: of 200 databases some 10 KB, packed. */
export function createWatchNotes(options: { client: DynamoDBClient; tableName: string }): WatchNotes {
  const { client, tableName } = options;
  const read = async (key: ItemKey): Promise<unknown> => {
    const command = new GetItemCommand({ TableName: tableName, Key: marshall(key), ConsistentRead: true });
    try {
      const { Item } = await client.send(command);
      return Item === undefined ? null : unmarshall(Item);
    } catch (error) {
      throw ledgerError('LEDGER_UNREADABLE', tableName, error);
    }
  };
  const write = async (key: ItemKey, attributes: Record<string, unknown>): Promise<void> => {
    const Item = marshall({ ...key, ...attributes });
    try {
      await client.send(new PutItemCommand({ TableName: tableName, Item }));
    } catch (error) {
      throw ledgerError('LEDGER_UNWRITABLE', tableName, error);
    }
  };
  return {
    async memory() {
      const parsed = memoryItem.safeParse(await read(watchMemoryKey));
      return parsed.success ? unpacked(parsed.data.memory) : null;
    },
    remember: (memory) =>
      write(watchMemoryKey, { format: memoryFormat, memory: gzipSync(JSON.stringify(memory)) }),
    async sweepReport(): Promise<SweepReport | null> {
      const parsed = sweepItem.safeParse(await read(watchSweepKey));
      return parsed.success ? parsed.data : null;
    },
    reportSweep: (report) => write(watchSweepKey, { ...report }),
  };
}

/** Ours on both sides; what is damaged counts as forgotten. */
function unpacked(packed: Uint8Array): WatchMemory | null {
  try {
    return JSON.parse(gunzipSync(packed).toString('utf8')) as WatchMemory;
  } catch {
    return null;
  }
}
