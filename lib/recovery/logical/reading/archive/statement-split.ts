/** Splits the definition of an entry into its statements, by the parser of PostgreSQL. */
import { parseSql } from '../../dump/sql-parser.ts';

/**
 * Statements of one definition, without comments around them and without their final semicolons; none when it holds
 * only comments. A definition that the parser does not understand stays one statement, comments and all: the server
 * takes several at once. `loadSqlParser()` must have been awaited.
 */
export function splitStatements(definition: string): string[] {
  const text = definition.trim();
  if (text === '') return [];
  const semicolon = text.indexOf(';');
  // With at most one semicolon, at the end, there is nothing to split: true of most entries, and spares the parser.
  if ((semicolon === -1 || semicolon === text.length - 1) && !startsWithComment(text))
    return [withoutEnd(text)];
  // Offsets count bytes of UTF-8.
  const bytes = Buffer.from(text, 'utf8');
  let parsed: { stmt_location?: number; stmt_len?: number }[];
  try {
    parsed = parseSql(text).stmts ?? [];
  } catch {
    return [withoutEnd(text)];
  }
  return parsed.map(({ stmt_location: start = 0, stmt_len: length = 0 }) => {
    const end = length === 0 ? bytes.length : start + length;
    return withoutEnd(withoutLeadingComments(bytes.toString('utf8', start, end)));
  });
}

const startsWithComment = (text: string): boolean => text.startsWith('--') || text.startsWith('/*');

const withoutEnd = (text: string): string => (text.endsWith(';') ? text.slice(0, -1).trimEnd() : text);

function withoutLeadingComments(text: string): string {
  let rest = text.trim();
  while (rest.startsWith('--')) {
    const end = rest.indexOf('\n');
    if (end === -1) return rest;
    rest = rest.slice(end + 1).trimStart();
  }
  return rest;
}
