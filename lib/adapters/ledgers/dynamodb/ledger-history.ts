import { type DynamoDBClient, GetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import * as z from 'zod';
import { evidenceOf } from '../../../contract/evidence.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import {
  type DecodedRecord,
  databasePartition,
  decodeRecord,
  type ItemKey,
  pointerKey,
  provenKey,
  recordKey,
  recordKeyPrefix,
  recordOf,
} from './ledger-items.ts';

/** A record that could not be read; all others still count. */
export interface TableDamage {
  drillId: string;
  reason: string;
}

export interface HistoryOptions {
  client: DynamoDBClient;
  tableName: string;
  /** Where records lie that were too large for the table. */
  evidence: Pick<EvidenceStore, 'find'> | null;
  onDamage?: ((damage: TableDamage) => void) | undefined;
}

const pointer = z.object({ database: z.string(), startedAt: z.string(), drillId: z.string() });

/** Items of a page: a record takes a few KB and a page at most 1 MB, so a history of ten is one small request. */
const mostPerPage = 50;

/** Records of one database, newest first, read as far as the caller goes. Damaged ones are told of and passed over. */
async function* recordsOf(
  database: string,
  options: HistoryOptions & { wanted: number; provenOnly?: boolean },
): AsyncGenerator<DrillRecord> {
  let from: Record<string, unknown> | undefined;
  do {
    const command = new QueryCommand({
      TableName: options.tableName,
      KeyConditionExpression: 'pk = :pk AND begins_with(sk, :drills)',
      ...(options.provenOnly === true ? { FilterExpression: 'verdict = :proven' } : {}),
      ExpressionAttributeValues: marshall({
        ':pk': databasePartition(database),
        ':drills': recordKeyPrefix,
        ...(options.provenOnly === true ? { ':proven': 'PROVEN' } : {}),
      }),
      ScanIndexForward: false,
      ConsistentRead: true,
      Limit: Math.min(options.wanted, mostPerPage),
      ...(from === undefined ? {} : { ExclusiveStartKey: marshall(from) }),
    });
    const page = await options.client.send(command);
    for (const item of page.Items ?? []) {
      const record = await readable(unmarshall(item), options);
      if (record !== null) yield record;
    }
    from = page.LastEvaluatedKey === undefined ? undefined : unmarshall(page.LastEvaluatedKey);
  } while (from !== undefined);
}

/** The newest records of several databases, merged by their start. */
export async function newestRecords(
  databases: readonly string[],
  limit: number,
  options: HistoryOptions,
): Promise<DrillRecord[]> {
  if (limit < 1) return [];
  const found = await Promise.all(
    [...new Set(databases)].map(async (database) => {
      const records: DrillRecord[] = [];
      for await (const record of recordsOf(database, { ...options, wanted: limit })) {
        records.push(record);
        if (records.length === limit) break;
      }
      return records;
    }),
  );
  return found
    .flat()
    .sort((a, b) => (a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : 0))
    .slice(0, limit);
}

/** The record of one drill, null when there is none that can be read. */
export async function recordByDrill(drillId: string, options: HistoryOptions): Promise<DrillRecord | null> {
  return followPointer(await getItem(pointerKey(drillId), options), options);
}

/** The newest proven record. When it cannot be read, the newest before it that can. */
export async function lastProvenRecord(
  database: string,
  options: HistoryOptions,
): Promise<DrillRecord | null> {
  const item = await getItem(provenKey(database), options);
  if (item === null) return null;
  const record = await followPointer(item, options);
  if (record !== null) return record;
  for await (const older of recordsOf(database, { ...options, wanted: mostPerPage, provenOnly: true })) {
    return older;
  }
  return null;
}

async function followPointer(item: unknown, options: HistoryOptions): Promise<DrillRecord | null> {
  if (item === null) return null;
  const parsed = pointer.safeParse(item);
  if (!parsed.success) {
    options.onDamage?.({ drillId: 'unknown', reason: 'a pointer of the table is not ours' });
    return null;
  }
  const found = await getItem(recordKey(parsed.data), options);
  if (found !== null) return readable(found, options);
  options.onDamage?.({ drillId: parsed.data.drillId, reason: 'its record is gone' });
  return null;
}

async function readable(item: unknown, options: HistoryOptions): Promise<DrillRecord | null> {
  let decoded = decodeRecord(item);
  if (decoded.state === 'elsewhere') {
    const { drillId, sha256 } = decoded;
    decoded = await fromEvidence(drillId, sha256, options.evidence);
  }
  if (decoded.state === 'whole') return decoded.record;
  if (decoded.state === 'damaged') options.onDamage?.({ drillId: decoded.drillId, reason: decoded.reason });
  return null;
}

async function fromEvidence(
  drillId: string,
  digest: string,
  evidence: HistoryOptions['evidence'],
): Promise<DecodedRecord> {
  const { file } = evidenceOf.record;
  try {
    const record = (await evidence?.find(evidenceOf.record, drillId)) ?? null;
    if (record !== null) return recordOf(record, drillId, digest);
    return { state: 'damaged', drillId, reason: `its ${file} is not in the evidence bucket` };
  } catch (error) {
    if (!isDrillError(error) || error.code !== 'EVIDENCE_UNREADABLE') throw error;
    return { state: 'damaged', drillId, reason: `its ${file} in the evidence bucket is no drill record` };
  }
}

async function getItem(key: ItemKey, { client, tableName }: HistoryOptions): Promise<unknown> {
  const command = new GetItemCommand({ TableName: tableName, Key: marshall(key), ConsistentRead: true });
  const { Item } = await client.send(command);
  return Item === undefined ? null : unmarshall(Item);
}
