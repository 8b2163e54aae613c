import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import * as z from 'zod';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { recordLine } from '../../../domain/record/report/json.ts';
import { recordSchema } from '../../../domain/record/report/record-schema.ts';

/**
 * Items of the ledger's table. One partition per database keeps its records in the order of their start, so history is
 * a query; nothing writes often enough to make a partition hot (one drill, four items).
 */

/** Attribute that DynamoDB's TTL looks at: seconds since 1970. */
export const expiryAttribute = 'expiresAtEpoch';

/** DynamoDB takes items of 400 KB; names and the other attributes need little of the rest. */
export const largestRecordBytes = 350 * 1024;

export interface ItemKey {
  pk: string;
  sk: string;
}

export const recordKeyPrefix = 'drill#';
export const databasePartition = (database: string): string => `database#${database}`;
export const recordKey = ({
  database,
  startedAt,
  drillId,
}: Pick<DrillRecord, 'database' | 'startedAt' | 'drillId'>): ItemKey => ({
  pk: databasePartition(database),
  sk: `${recordKeyPrefix}${startedAt}#${drillId}`,
});
/** Finds a record by its drill's id alone, and makes sealing idempotent. */
export const pointerKey = (drillId: string): ItemKey => ({ pk: `drill#${drillId}`, sk: 'pointer' });
/** Sorts behind every record of its partition (newest-drills.ts). */
export const provenSort = 'proven';
/** The record of a database that was sealed last: what the next one links to. Sorts before every record. */
export const chainKey = (database: string): ItemKey => ({ pk: databasePartition(database), sk: 'chain' });
/** The newest proven drill of a database. */
export const provenKey = (database: string): ItemKey => ({
  pk: databasePartition(database),
  sk: provenSort,
});
export const lockKey = (database: string): ItemKey => ({ pk: `lock#${database}`, sk: 'lock' });
/** Beside the locks, whose rights it shares; a database named "slots" has another sort key. */
export const slotsKey: ItemKey = { pk: 'lock#slots', sk: 'slots' };
export const approvalKey = (drillId: string): ItemKey => ({ pk: `approval#${drillId}`, sk: 'approval' });

/** What the watch remembers, and what the sweeper told it. */
export const watchMemoryKey: ItemKey = { pk: 'watch#memory', sk: 'memory' };
export const watchSweepKey: ItemKey = { pk: 'watch#sweep', sk: 'sweep' };

/** Version of the item, raised when older releases could misread it. */
const itemFormat = 1;

const recordItem = z.object({
  format: z.number(),
  drillId: z.string(),
  sha256: z.string(),
  /** gzip of the record's JSON; absent when it was too large and lies in the evidence bucket. */
  record: z.instanceof(Uint8Array).optional(),
});

/** A record as attributes, and its size: what is larger than `largestRecordBytes` must go without `record`. */
export function encodeRecord(record: DrillRecord): {
  attributes: Record<string, string | number | boolean>;
  packed: Uint8Array;
} {
  const line = recordLine(record);
  return {
    attributes: {
      format: itemFormat,
      drillId: record.drillId,
      database: record.database,
      mode: record.mode,
      verdict: record.verdict,
      startedAt: record.startedAt,
      endedAt: record.endedAt,
      sha256: sha256(line),
      ...numberOr('rtoSeconds', record.rto.actualSeconds),
      ...numberOr('rpoSeconds', record.rpo.actualSeconds),
      ...numberOr('costUsd', record.cost?.actualUsd ?? null),
    },
    packed: gzipSync(line),
  };
}

export type DecodedRecord =
  | { state: 'whole'; record: DrillRecord }
  /** The record lies in the evidence bucket; `sha256` tells whether it is still the one that was sealed. */
  | { state: 'elsewhere'; drillId: string; sha256: string }
  | { state: 'damaged'; drillId: string; reason: string };

/** Reads an item of the table. Nothing of its content is in a reason. */
export function decodeRecord(item: unknown): DecodedRecord {
  const parsed = recordItem.safeParse(item);
  if (!parsed.success) return { state: 'damaged', drillId: 'unknown', reason: 'it is no record of ours' };
  const { format, drillId, sha256: digest, record } = parsed.data;
  if (format !== itemFormat) {
    return { state: 'damaged', drillId, reason: `it has format ${format}, which this release does not read` };
  }
  if (record === undefined) return { state: 'elsewhere', drillId, sha256: digest };
  const text = unpacked(record);
  if (text === null) return { state: 'damaged', drillId, reason: 'its content cannot be unpacked' };
  return recordOf(JSON.parse(text), drillId, digest);
}

/** Checks that a document is the record that was sealed. */
export function recordOf(document: unknown, drillId: string, digest: string): DecodedRecord {
  const parsed = recordSchema.safeParse(document);
  if (!parsed.success)
    return { state: 'damaged', drillId, reason: 'it is no drill record of schema version 1' };
  // Of the document as it was stored: a newer release may have written members that this one does not know.
  if (sha256(recordLine(document as DrillRecord)) !== digest)
    return { state: 'damaged', drillId, reason: 'its content was changed' };
  return { state: 'whole', record: parsed.data };
}

function unpacked(bytes: Uint8Array): string | null {
  try {
    const text = gunzipSync(bytes).toString('utf8');
    JSON.parse(text);
    return text;
  } catch {
    return null;
  }
}

const numberOr = (name: string, value: number | null) => (value === null ? {} : { [name]: value });
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
