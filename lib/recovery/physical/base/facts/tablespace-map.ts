/**
 * `tablespace_map`: the tablespaces of a base backup and where each lay on the source. A line is an OID, a blank and a path;
 * a backslash stands before every newline, carriage return and backslash of the path (do_pg_backup_start of xlog.c, and
 * read_tablespace_map of xlogrecovery.c).
 */

export interface MappedTablespace {
  /** Decimal, e.g. `16428`. */
  oid: string;
  /** Path on the source: never one of this machine. */
  path: string;
}

export type TablespaceMapReading =
  | { kind: 'map'; tablespaces: MappedTablespace[] }
  | { kind: 'damaged'; reason: string };

export function readTablespaceMap(text: string): TablespaceMapReading {
  const tablespaces: MappedTablespace[] = [];
  let line = '';
  let isEscaped = false;
  for (const character of text) {
    if (!isEscaped && (character === '\n' || character === '\r')) {
      if (line === '') continue;
      const [, oid, path] = /^(\d{1,10}) (.+)$/s.exec(line) ?? [];
      if (oid === undefined || path === undefined)
        return { kind: 'damaged', reason: 'a line of tablespace_map is no OID and path' };
      tablespaces.push({ oid, path });
      line = '';
    } else if (!isEscaped && character === '\\') isEscaped = true;
    else {
      line += character;
      isEscaped = false;
    }
  }
  return line === '' && !isEscaped
    ? { kind: 'map', tablespaces }
    : { kind: 'damaged', reason: 'the last line of tablespace_map does not end' };
}

export function writeTablespaceMap(tablespaces: readonly MappedTablespace[]): string {
  return tablespaces.map(({ oid, path }) => `${oid} ${path.replace(/[\n\r\\]/g, '\\$&')}\n`).join('');
}
