import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import * as z from 'zod';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { recordLine } from '../../../domain/record/report/json.ts';
import { recordSchema } from '../../../domain/record/report/record-schema.ts';
import { escapedJson } from '../../../domain/text/visible-text.ts';

/** Version of the line, raised when older releases could misread it. */
const lineFormat = 1;
const newline = 0x0a;
/** What stands around the hash. */
const lineStart = `{"format":${lineFormat},"sha256":"`;
const digestLength = 64;
const beforeRecord = '","record":';

const lineSchema = z.object({ format: z.number().int(), sha256: z.string(), record: z.unknown() });

/** One record as one line: `{"format":1,"sha256":"…","record":{…}}`. The hash, of the record without escapes, tells a damaged line from a good one. */
export function encodeLine(record: DrillRecord): string {
  const text = recordLine(record);
  return `${lineStart}${sha256(text)}${beforeRecord}${escapedJson(text)}}\n`;
}

/**
 * The hash of a line that is as it was written, told by the hash alone: 0.02 ms for 19 kB, a twenty-fifth of decoding it. Null also for
 * a whole one with invisible characters, whose escapes are not what was hashed: decoding tells.
 */
export function plainDigest(line: Buffer): string | null {
  const start = line.subarray(0, lineStart.length + digestLength + beforeRecord.length).toString('latin1');
  const digest = start.slice(lineStart.length, lineStart.length + digestLength);
  const record = line.subarray(start.length, -1);
  const stands = start === `${lineStart}${digest}${beforeRecord}` && line.at(-1) === 0x7d;
  return stands && sha256(record) === digest ? digest : null;
}

/** `document`: as it stands in the line, where a newer release may have written members that this one does not know. */
type DecodedLine = { record: DrillRecord; document: DrillRecord } | { damage: string };

/** The record of a line, or why it is none. Nothing of the line itself is in the reason. */
export function decodeLine(line: Buffer): DecodedLine {
  const parsed = lineSchema.safeParse(parsedJson(line));
  if (!parsed.success) return { damage: 'it is cut off or no record' };
  if (parsed.data.format !== lineFormat)
    return { damage: `it has format ${parsed.data.format}, which this release does not read` };
  if (sha256(JSON.stringify(parsed.data.record)) !== parsed.data.sha256)
    return { damage: 'its content was changed' };
  const record = recordSchema.safeParse(parsed.data.record);
  return record.success
    ? { record: record.data, document: parsed.data.record as DrillRecord }
    : { damage: 'it is no drill record of schema version 1' };
}

function parsedJson(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch {
    return undefined;
  }
}

const sha256 = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

export interface RawLine {
  /** From 1. */
  number: number;
  bytes: Buffer;
  /** False for a last line without its newline: a crash, or a write under way. */
  ended: boolean;
}

/**
 * Lines by their newline byte. Not node:readline, which also splits at U+2028 and U+2029; both may stand in a table's
 * name and JSON leaves them as they are.
 */
export async function* rawLines(path: string): AsyncGenerator<RawLine> {
  let number = 0;
  let pending: Buffer[] = [];
  const chunks: AsyncIterable<Buffer> = createReadStream(path);
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, from)) {
      number += 1;
      yield { number, bytes: Buffer.concat([...pending, chunk.subarray(from, end)]), ended: true };
      pending = [];
      from = end + 1;
    }
    if (from < chunk.length) pending.push(chunk.subarray(from));
  }
  if (pending.length > 0) yield { number: number + 1, bytes: Buffer.concat(pending), ended: false };
}
