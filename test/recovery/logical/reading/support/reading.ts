/** Reads dumps that lie in memory, and shows their events in a form that is easy to compare. */
import type { DumpEvent, DumpReader } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { readPlainDump } from '../../../../../lib/recovery/logical/reading/plain/read-plain-dump.ts';
import { ByteSource } from '../../../../../lib/recovery/streams/bytes/byte-source.ts';

export const plainFormat = { layout: 'plain' as const, wrappings: [], archiveVersion: null };

/** A stream that arrives in pieces of this size. */
export async function* inPieces(content: Buffer | string, pieceBytes: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += pieceBytes)
    yield Buffer.from(bytes.subarray(at, at + pieceBytes));
}

export const sourceOf = (content: Buffer | string, pieceBytes = 65_536): ByteSource =>
  new ByteSource(inPieces(content, pieceBytes));

export async function eventsOf(reader: DumpReader): Promise<DumpEvent[]> {
  const events: DumpEvent[] = [];
  for await (const event of reader) events.push(event);
  return events;
}

export const readText = (content: Buffer | string, pieceBytes = 65_536): Promise<DumpEvent[]> =>
  eventsOf(readPlainDump(sourceOf(content, pieceBytes), plainFormat));

/** Events up to an error, and the error's code; null when there was none. */
export async function outcomeOf(
  reader: DumpReader,
): Promise<{ events: DumpEvent[]; error: string | null; message: string }> {
  const events: DumpEvent[] = [];
  try {
    for await (const event of reader) events.push(event);
    return { events, error: null, message: '' };
  } catch (error) {
    if (!(error instanceof Error) || !('hint' in error)) throw error;
    return { events, error: error.name, message: error.message };
  }
}

export const outcomeOfText = (content: Buffer | string, pieceBytes = 65_536) =>
  outcomeOf(readPlainDump(sourceOf(content, pieceBytes), plainFormat));

export const ofKind = <K extends DumpEvent['kind']>(
  events: DumpEvent[],
  kind: K,
): Extract<DumpEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<DumpEvent, { kind: K }> => event.kind === kind);

/** Text of all statements in entries, in order. */
export const statementsOf = (events: DumpEvent[]): string[] =>
  ofKind(events, 'entry').flatMap(({ entry }) => entry.statements.map(({ sql }) => sql));

/** Messages of the findings, except that about a missing end mark, which every hand-written piece of SQL has. */
export const findingsOf = (events: DumpEvent[]): string[] =>
  ofKind(events, 'finding')
    .map(({ finding }) => `${finding.code}: ${finding.message}`)
    .filter((text) => !text.includes('no line that marks its end'));

/** Rows of every table by `schema.table`, summed over its blocks. */
export function rowCounts(events: DumpEvent[]): Record<string, number> {
  const counts: Record<string, number> = {};
  let current = '';
  for (const event of events) {
    if (event.kind === 'rows-begin') current = `${event.schema ?? ''}.${event.table}`;
    if (event.kind === 'rows-end') counts[current] = (counts[current] ?? 0) + event.rows;
  }
  return counts;
}

/** Bytes of all rows of the first block, put together. */
export const rowBytes = (events: DumpEvent[]): Buffer =>
  Buffer.concat(
    events.flatMap((event) =>
      event.kind === 'rows' ? event.pieces : event.kind === 'row-piece' ? [event.bytes] : [],
    ),
  );

/** Events with the cuts between chunks of rows taken out: what must not depend on how the stream arrived. */
export function withoutCuts(events: DumpEvent[]): unknown[] {
  const result: unknown[] = [];
  let rows: { bytes: Buffer[]; rows: number } | null = null;
  for (const event of events) {
    if (event.kind === 'rows' || event.kind === 'row-piece') {
      rows ??= { bytes: [], rows: 0 };
      rows.bytes.push(...(event.kind === 'rows' ? event.pieces : [event.bytes]));
      rows.rows += event.rows;
      continue;
    }
    if (rows !== null) result.push({ rows: rows.rows, text: Buffer.concat(rows.bytes).toString('latin1') });
    rows = null;
    result.push(event);
  }
  return result;
}

/** A dump as pg_dump frames it, around the given text. */
export const pgDump = (body: string): string =>
  `--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)\n` +
  `-- Dumped by pg_dump version 16.1\n\nSET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\n` +
  `${body}\n--\n-- PostgreSQL database dump complete\n--\n\n`;
