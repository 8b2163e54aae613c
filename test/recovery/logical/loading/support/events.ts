import type { DumpHeader } from '../../../../../lib/domain/backup/dump.ts';
import type {
  DumpEntry,
  DumpEvent,
  Statement,
} from '../../../../../lib/recovery/logical/dump/dump-stream.ts';

/** Builders of the events a reader yields, with defaults. */
export const statement = (sql: string, line: number | null = null): Statement => ({
  sql,
  codec: 'utf8',
  line,
});

let ordinal = 0;

export const anEntry = (sql: string | string[], changes: Partial<DumpEntry> = {}): DumpEntry => {
  ordinal += 1;
  return {
    id: ordinal,
    type: 'STATEMENT',
    schema: null,
    name: `statement ${ordinal}`,
    owner: null,
    section: null,
    dependencies: null,
    statements: (Array.isArray(sql) ? sql : [sql])
      .filter((text) => text !== '')
      .map((text) => statement(text)),
    ...changes,
  };
};

export const entryEvent = (sql: string | string[], changes: Partial<DumpEntry> = {}): DumpEvent => ({
  kind: 'entry',
  entry: anEntry(sql, changes),
});

export const aHeader = (changes: Partial<DumpHeader> = {}): DumpHeader => ({
  format: { layout: 'plain', wrappings: [], archiveVersion: null },
  serverVersion: '15.18',
  dumpVersion: '15.18',
  majorVersion: 15,
  encoding: 'UTF8',
  database: null,
  consistencyPoint: null,
  ...changes,
});

/** The events of one table's COPY, its rows cut into chunks. */
export function* rowsEvents(
  schema: string,
  table: string,
  chunks: string[][],
  columns = '',
): Generator<DumpEvent> {
  const entry = anEntry('', { type: 'TABLE DATA', schema, name: table });
  const name = `"${schema}"."${table}"`;
  yield {
    kind: 'rows-begin',
    entry,
    copy: statement(`COPY ${name}${columns} FROM stdin`),
    schema,
    table,
    line: 100,
  };
  let rows = 0;
  let bytes = 0;
  for (const chunk of chunks) {
    const buffer = Buffer.from(chunk.map((row) => `${row}\n`).join(''));
    rows += chunk.length;
    bytes += buffer.length;
    yield { kind: 'rows', pieces: [buffer], rows: chunk.length };
  }
  yield { kind: 'rows-end', rows, bytes };
}

export async function* reading(
  events: Iterable<DumpEvent>,
  complete = true,
): AsyncGenerator<DumpEvent, void, undefined> {
  yield { kind: 'header', header: aHeader() };
  yield* events;
  if (complete) yield { kind: 'end', complete: true };
}
