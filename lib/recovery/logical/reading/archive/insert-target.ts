/** The table that an INSERT statement of pg_dump writes to. */
import type { TextEncoding } from './text-encoding.ts';
import { textOfBytes } from './text-encoding.ts';

/** A table's name, unquoted. */
export interface Relation {
  schema: string | null;
  table: string;
}

/** `INSERT INTO `, then a schema and a table of at most 63 bytes each, at worst all of them doubled quotes. */
const longestStartBytes = 12 + 2 * (2 * 63 + 2) + 1;

/** Null when the statement does not begin as pg_dump writes it. */
export function insertTarget(statement: Buffer, encoding: TextEncoding): Relation | null {
  const start = statement.subarray(0, longestStartBytes).toString('latin1');
  const name = '("(?:[^"]|"")*"|[a-z_][a-z0-9_]*)';
  const match = new RegExp(`^INSERT INTO (?:${name}\\.)?${name} `).exec(start);
  if (match?.[2] === undefined) return null;
  const unquote = (quoted: string): string => {
    const bare = quoted.startsWith('"') ? quoted.slice(1, -1).replaceAll('""', '"') : quoted;
    const { sql, codec } = textOfBytes(Buffer.from(bare, 'latin1'), encoding);
    return encoding.shown(sql, codec);
  };
  return { schema: match[1] === undefined ? null : unquote(match[1]), table: unquote(match[2]) };
}
