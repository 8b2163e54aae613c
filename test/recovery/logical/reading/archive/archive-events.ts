/** Reads archives in tests: sources of bytes, and what came out of them. */
import { createReadStream, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  DumpEntry,
  DumpEvent,
  DumpReader,
} from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { ByteSource, type DirectorySource } from '../../../../../lib/recovery/streams/bytes/byte-source.ts';

export const fileSource = (path: string): ByteSource => new ByteSource(createReadStream(path));

export function bufferSource(bytes: Buffer, pieceBytes = 64 * 1024): ByteSource {
  return new ByteSource(pieces(bytes, pieceBytes));
}

async function* pieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}

export function directorySource(path: string): DirectorySource {
  return { names: readdirSync(path), open: async (name) => createReadStream(join(path, name)) };
}

/** A directory in memory, to damage its files. */
export function directoryFrom(files: Map<string, Buffer>): DirectorySource {
  return { names: [...files.keys()], open: async (name) => pieces(files.get(name) as Buffer, 64 * 1024) };
}

export function directoryFiles(path: string): Map<string, Buffer> {
  return new Map(readdirSync(path).map((name) => [name, readFileSync(join(path, name))]));
}

export async function eventsOf(reader: DumpReader): Promise<DumpEvent[]> {
  const events: DumpEvent[] = [];
  for await (const event of reader) events.push(event);
  return events;
}

export const ofKind = <K extends DumpEvent['kind']>(
  events: DumpEvent[],
  kind: K,
): Extract<DumpEvent, { kind: K }>[] =>
  events.filter((event): event is Extract<DumpEvent, { kind: K }> => event.kind === kind);

/** Rows per table, `schema.table`, summed over its blocks. */
export function rowCounts(events: DumpEvent[]): Map<string, number> {
  const counts = new Map<string, number>();
  let table = '';
  for (const event of events) {
    if (event.kind === 'rows-begin') table = `${event.schema}.${event.table}`;
    if (event.kind === 'rows-end') counts.set(table, (counts.get(table) ?? 0) + event.rows);
  }
  return counts;
}

/** What the events say for each entry, as text in one character per byte, like pg_restore's script. */
export interface Rendered {
  byId: Map<number, string>;
  /** Ids in the order in which their entries came. */
  order: number[];
  /** default_tablespace and default_table_access_method in force for each entry with statements. */
  settings: Map<number, string>;
  entries: Map<number, DumpEntry>;
}

export function render(events: DumpEvent[]): Rendered {
  const rendered: Rendered = { byId: new Map(), order: [], settings: new Map(), entries: new Map() };
  const running = new Map<string, string>();
  let current = 0;
  let contents: Buffer[] = [];
  const add = (entry: DumpEntry, text: string): void => {
    if (!rendered.byId.has(entry.id)) rendered.order.push(entry.id);
    rendered.entries.set(entry.id, entry);
    rendered.byId.set(entry.id, (rendered.byId.get(entry.id) ?? '') + text);
    current = entry.id;
  };
  for (const event of events) {
    if (event.kind === 'entry') {
      const texts = event.entry.statements.map(
        ({ sql, codec }) => `${Buffer.from(sql, codec).toString('latin1')};\n`,
      );
      if (event.entry.type === 'SETTING') {
        const change = /^SET (default_\w+) = (.*);$/.exec(texts[0]?.trim() ?? '');
        if (change !== null) running.set(change[1] as string, change[2] as string);
      } else {
        if (texts.length > 0) rendered.settings.set(event.entry.id, settingsText(running));
        add(event.entry, texts.join(''));
      }
    } else if (event.kind === 'rows-begin') {
      add(event.entry, `${Buffer.from(event.copy.sql, event.copy.codec).toString('latin1')}\n`);
    } else if (event.kind === 'rows' || event.kind === 'row-piece') {
      const bytes = event.kind === 'rows' ? Buffer.concat(event.pieces) : event.bytes;
      rendered.byId.set(current, rendered.byId.get(current) + bytes.toString('latin1'));
    } else if (event.kind === 'rows-end') {
      rendered.byId.set(current, `${rendered.byId.get(current)}\\.\n`);
    } else if (event.kind === 'inserts') {
      add(
        event.entry,
        event.statements.map(({ sql, codec }) => `${Buffer.from(sql, codec).toString('latin1')};\n`).join(''),
      );
    } else if (event.kind === 'large-object-begin') {
      add(event.entry, `SELECT pg_catalog.lo_open('${event.oid}', 131072);\n`);
      contents = [];
    } else if (event.kind === 'large-object-block') contents.push(event.bytes);
    else if (event.kind === 'large-object-end') {
      rendered.byId.set(
        current,
        `${rendered.byId.get(current)}${lowrites(Buffer.concat(contents))}SELECT pg_catalog.lo_close(0);\n`,
      );
    }
  }
  return rendered;
}

export const settingsText = (running: Map<string, string>): string =>
  `${running.get('default_tablespace') ?? "''"} ${running.get('default_table_access_method') ?? 'heap'}`;

/** pg_restore writes large objects 16 KiB at a time. */
function lowrites(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 16_384) {
    text += `SELECT pg_catalog.lowrite(0, '\\x${bytes.toString('hex', at, Math.min(bytes.length, at + 16_384))}');\n`;
  }
  return text;
}
