import type { Statement } from '../dump/dump-stream.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { Session } from './connection.ts';
import { ConnectionLost, ServerError } from './server-error.ts';
import { statementBytes } from './session-settings.ts';

/** What a batch of INSERTs came to. */
export interface InsertOutcome {
  rowsLoaded: number;
  /** Statements that failed; psql goes on after each, so do we. */
  failures: { error: ServerError; statement: Statement }[];
}

const separator = Buffer.from('\n;\n');
const begin = Buffer.from('BEGIN;\n');
const commit = Buffer.from('COMMIT');

const insertedRows = (tags: string[]): number =>
  tags
    .filter((tag) => tag.startsWith('INSERT '))
    .reduce((sum, tag) => sum + Number(tag.split(' ')[2] ?? 0), 0);

/**
 * Runs a batch in one transaction; when a statement fails, all of them one by one, which is what psql does.
 * @throws AttemptSpoiled
 */
export async function insertBatch(
  session: Session,
  statements: readonly Statement[],
): Promise<InsertOutcome> {
  try {
    const parts = statements.flatMap((statement) => [statementBytes(statement), separator]);
    const { tags } = await session.run(Buffer.concat([begin, ...parts, commit]));
    return { rowsLoaded: insertedRows(tags), failures: [] };
  } catch (error) {
    if (error instanceof ConnectionLost) throw new AttemptSpoiled('INSERT statements', error);
    // One by one, each that never ends would take the whole limit again.
    if (error instanceof ServerError && error.limitSeconds !== null) {
      await session.rollBack();
      return { rowsLoaded: 0, failures: statements.map((statement) => ({ error, statement })) };
    }
    await session.text('ROLLBACK');
  }
  const outcome: InsertOutcome = { rowsLoaded: 0, failures: [] };
  for (const statement of statements) {
    try {
      outcome.rowsLoaded += insertedRows((await session.run(statementBytes(statement))).tags);
    } catch (error) {
      if (error instanceof ConnectionLost) throw new AttemptSpoiled('INSERT statements', error);
      if (!(error instanceof ServerError)) throw error;
      outcome.failures.push({ error, statement });
    }
  }
  return outcome;
}
