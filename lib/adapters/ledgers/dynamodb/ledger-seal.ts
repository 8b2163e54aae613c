import {
  type DynamoDBClient,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { evidenceOf } from '../../../contract/evidence.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { recordLine } from '../../../domain/record/report/json.ts';
import { recordSchema } from '../../../domain/record/report/record-schema.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import { awsErrorFacts } from '../../aws/aws-errors.ts';
import { encodeRecord, largestRecordBytes, pointerKey, provenKey, recordKey } from './ledger-items.ts';
import { moveChainEnd, readChainEnd } from './record-chain.ts';

interface SealOptions {
  client: DynamoDBClient;
  tableName: string;
  clock: Pick<Clock, 'sleep'>;
  evidence: Pick<EvidenceStore, 'write'> | null;
}

/** Transactions collide, and links are taken, only when drills of one database seal at once: one of them wins each time. */
const mostAttempts = 6;
const mostLinks = 50;
const longestWaitSeconds = 1;

/**
 * Writes the record with its link to the one before, the pointer to it, the end of the chain and – for a proven drill that is newer than the last – the proven item, all or
 * nothing. The first record of a drill stays: sealing again changes nothing.
 *
 * @throws DrillError INTERNAL_ERROR for a record that could not be read again, LEDGER_UNWRITABLE
 */
export async function sealRecord(record: DrillRecord, options: SealOptions): Promise<void> {
  refuseUnreadable(record);
  let withProven = record.verdict === 'PROVEN';
  for (let attempt = 1, links = 1; ; attempt += 1) {
    const end = await readChainEnd(record.database, options);
    const linked = { ...record, previous: end.link };
    const stored = await storedItem(linked, options);
    const items = itemsOf(
      linked,
      stored,
      moveChainEnd(linked, end, options.tableName),
      withProven,
      options.tableName,
    );
    const reasons = await transact(items, options.client);
    if (reasons === null) return;
    const [own, pointer, chain, proven] = reasons;
    if (own === 'ConditionalCheckFailed' || pointer === 'ConditionalCheckFailed') return;
    if (proven === 'ConditionalCheckFailed') {
      // A newer drill has proven its dump already: this one is kept, but is not the newest proof.
      withProven = false;
      continue;
    }
    // Another drill of this database was sealed in between: this one follows it.
    if (chain === 'ConditionalCheckFailed' && links < mostLinks) {
      links += 1;
      attempt = 0;
      await options.clock.sleep(longestWaitSeconds * Math.random());
      continue;
    }
    if (attempt === mostAttempts) throw cancelled(options.tableName, reasons);
    await options.clock.sleep(0.1 * 2 ** attempt * Math.random());
  }
}

/** A record that this very release could not read again would be lost evidence: better a loud failure now. */
function refuseUnreadable(record: DrillRecord): void {
  const parsed = recordSchema.safeParse(JSON.parse(recordLine(record)));
  if (parsed.success) return;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new DrillError('INTERNAL_ERROR', `the record of drill ${record.drillId} is not whole: ${where}`, {
    hint: 'Please report it.',
    fault: 'us',
  });
}

type StoredItem = Record<string, string | number | boolean | Uint8Array>;

/** A large record goes to the evidence store first, so that no pointer ever leads nowhere. */
async function storedItem(record: DrillRecord, options: SealOptions): Promise<StoredItem> {
  const { attributes, packed } = encodeRecord(record);
  if (packed.length <= largestRecordBytes) return { ...attributes, record: packed };
  if (options.evidence === null) {
    throw new DrillError(
      'LEDGER_UNWRITABLE',
      `the record of drill ${record.drillId} is too large for the ledger table (${packed.length} bytes packed)`,
      { hint: 'Give the ledger its evidence store; please report it.', fault: 'us' },
    );
  }
  await options.evidence.write(evidenceOf.record, record.drillId, record);
  return attributes;
}

function itemsOf(
  record: DrillRecord,
  stored: StoredItem,
  chain: TransactWriteItem,
  withProven: boolean,
  tableName: string,
): TransactWriteItem[] {
  const { drillId, database, startedAt } = record;
  const only = { TableName: tableName, ConditionExpression: 'attribute_not_exists(pk)' };
  const pointer = { drillId, database, startedAt };
  const items: TransactWriteItem[] = [
    { Put: { ...only, Item: marshall({ ...recordKey(record), ...stored }) } },
    { Put: { ...only, Item: marshall({ ...pointerKey(drillId), ...pointer }) } },
    chain,
  ];
  if (!withProven) return items;
  const proven = {
    TableName: tableName,
    Item: marshall({ ...provenKey(database), ...pointer }),
    ConditionExpression: 'attribute_not_exists(pk) OR startedAt < :startedAt',
    ExpressionAttributeValues: marshall({ ':startedAt': startedAt }),
  };
  return [...items, { Put: proven }];
}

/** Null when it was written, else the reason of each item, in their order. */
async function transact(items: TransactWriteItem[], client: DynamoDBClient): Promise<string[] | null> {
  try {
    await client.send(new TransactWriteItemsCommand({ TransactItems: items }));
    return null;
  } catch (error) {
    if (awsErrorFacts(error).name !== 'TransactionCanceledException') throw error;
    const { CancellationReasons: reasons } = error as { CancellationReasons?: { Code?: string }[] };
    return (reasons ?? []).map(({ Code }) => Code ?? 'None');
  }
}

const cancelled = (tableName: string, reasons: string[]) =>
  new DrillError(
    'LEDGER_UNWRITABLE',
    `cannot write to the ledger table ${tableName} (transaction cancelled: ${reasons.join(', ') || 'no reason given'})`,
    { hint: 'Try again; see the health of DynamoDB in this region.', fault: 'service', retryable: true },
  );
