import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { DrillPointers } from '../../../ports/watching.ts';
import { ledgerError } from './ledger-errors.ts';
import { databasePartition, provenSort, recordKeyPrefix } from './ledger-items.ts';

const pointed = z.object({ sk: z.string(), drillId: z.string() });

/**
 * The newest proven and the newest record of a database in one request: the pointer to the proven one sorts behind all
 * records, so read backwards they are the first two items. Not a consistent read, at half the price: an hour later it
 * is seen.
 */
export function createDrillPointers(options: { client: DynamoDBClient; tableName: string }): DrillPointers {
  const { client, tableName } = options;
  return {
    async newest(database) {
      const command = new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: marshall({ ':pk': databasePartition(database) }),
        ProjectionExpression: 'sk, drillId',
        ScanIndexForward: false,
        Limit: 2,
      });
      try {
        const { Items = [] } = await client.send(command);
        const items = Items.flatMap((item) => {
          const parsed = pointed.safeParse(unmarshall(item));
          return parsed.success ? [parsed.data] : [];
        });
        const idOf = (holds: (sk: string) => boolean) => items.find(({ sk }) => holds(sk))?.drillId ?? null;
        return {
          provenDrillId: idOf((sk) => sk === provenSort),
          newestDrillId: idOf((sk) => sk.startsWith(recordKeyPrefix)),
        };
      } catch (error) {
        throw ledgerError('LEDGER_UNREADABLE', tableName, error);
      }
    },
  };
}
