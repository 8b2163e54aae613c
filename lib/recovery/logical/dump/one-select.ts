import type { FindSqlProblem } from '../../../domain/config/written-sql.ts';
import { loadSqlParser, parseSql } from './sql-parser.ts';

/** Loads PostgreSQL's parser and gives what asks it whether a text is one SELECT. */
export async function loadSelectReader(): Promise<FindSqlProblem> {
  await loadSqlParser();
  return (select) => {
    try {
      const statements = parseSql(select).stmts ?? [];
      const [only] = statements;
      if (statements.length === 1 && only?.stmt !== undefined && 'SelectStmt' in only.stmt) return null;
      const count = statements.length === 1 ? 'another statement' : `${statements.length} statements`;
      return {
        message: `this is not one SELECT but ${statements.length === 0 ? 'nothing' : count}`,
        before: null,
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { message: `PostgreSQL says: ${message}`, before: beforeMistake(select, error) };
    }
  };
}

/** libpg_query counts bytes, from 0. */
function beforeMistake(select: string, error: unknown): string | null {
  const details = error instanceof Error && 'sqlDetails' in error ? error.sqlDetails : null;
  if (typeof details !== 'object' || details === null || !('cursorPosition' in details)) return null;
  const { cursorPosition } = details;
  if (typeof cursorPosition !== 'number' || cursorPosition < 0) return null;
  return Buffer.from(select, 'utf8').subarray(0, cursorPosition).toString('utf8');
}
