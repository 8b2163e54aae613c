import { type DynamoDBClient, GetItemCommand, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import type { RecordLink } from '../../../domain/record/provenance.ts';
import { recordDigest } from '../../seals/record-digest.ts';
import { newestRecords } from './ledger-history.ts';
import { chainKey } from './ledger-items.ts';

interface ChainOptions {
  client: DynamoDBClient;
  tableName: string;
}

/** The end of a database's chain as it was read. */
export interface ChainEnd {
  /** Null: no record of the database is sealed. */
  link: RecordLink | null;
  /** Whether the table has the item; tables of earlier releases have none before their first seal. */
  kept: boolean;
}

const chainItem = z.object({ drillId: z.string(), sha256: z.string() });

/** What a record that is sealed now links to. */
export async function readChainEnd(database: string, options: ChainOptions): Promise<ChainEnd> {
  const { client, tableName } = options;
  const { Item } = await client.send(
    new GetItemCommand({ TableName: tableName, Key: marshall(chainKey(database)), ConsistentRead: true }),
  );
  if (Item !== undefined) {
    const { drillId, sha256 } = chainItem.parse(unmarshall(Item));
    return { link: { drillId, sha256 }, kept: true };
  }
  const [newest] = await newestRecords([database], 1, { ...options, evidence: null });
  const link = newest === undefined ? null : { drillId: newest.drillId, sha256: recordDigest(newest) };
  return { link, kept: false };
}

/** Moves the end to the record, unless another one was sealed since it was read: so no two records have one before them. */
export function moveChainEnd(record: DrillRecord, end: ChainEnd, tableName: string): TransactWriteItem {
  const { database, drillId } = record;
  const put = {
    TableName: tableName,
    Item: marshall({ ...chainKey(database), drillId, sha256: recordDigest(record) }),
  };
  if (!end.kept || end.link === null)
    return { Put: { ...put, ConditionExpression: 'attribute_not_exists(pk)' } };
  return {
    Put: {
      ...put,
      ConditionExpression: 'sha256 = :before',
      ExpressionAttributeValues: marshall({ ':before': end.link.sha256 }),
    },
  };
}
