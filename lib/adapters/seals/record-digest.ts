import { createHash } from 'node:crypto';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderJson } from '../../domain/record/report/json.ts';

/** SHA-256 of a text's UTF-8, hexadecimal. */
export const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');

/** The digest of record.json as it lies among the reports: what seals, links and events name a record by. */
export const recordDigest = (record: DrillRecord): string => sha256(renderJson(record));

/** SHA-256 of bytes, as bytes. */
export const sha256Bytes = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
