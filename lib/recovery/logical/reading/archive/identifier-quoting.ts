/**
 * Quoting of names as fmtId of src/fe_utils/string_utils.c does it: only where it is needed, because the statements made
 * here must read as pg_restore writes them – findings and the account quote them, and the tests compare them.
 */
import { quoted } from '../../../../domain/text/sql-text.ts';
import { scanSql } from '../../dump/sql-parser.ts';

const quotedAlready = new Map<string, string>();

/**
 * A name for SQL: bare when it is lower case, starts like an identifier and is no keyword, or an unreserved one; else
 * in double quotes. The keywords are those of the newest PostgreSQL, so that no other release reads the result
 * differently. `loadSqlParser()` must have been awaited.
 */
export function quoteIdentifier(name: string): string {
  const known = quotedAlready.get(name);
  if (known !== undefined) return known;
  const written = isSafe(name) ? name : quoted(name);
  // Owners and schemas repeat in every entry, table names once or twice: the map stays small enough.
  if (quotedAlready.size > 10_000) quotedAlready.clear();
  quotedAlready.set(name, written);
  return written;
}

/** fmtQualifiedId: the schema may be absent. */
export function quoteQualified(schema: string | null, name: string): string {
  return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

function isSafe(name: string): boolean {
  if (!/^[a-z_][a-z0-9_]*$/.test(name)) return false;
  const { tokens } = scanSql(name);
  const kind = tokens[0]?.keywordName;
  return tokens.length === 1 && (kind === 'NO_KEYWORD' || kind === 'UNRESERVED_KEYWORD');
}
