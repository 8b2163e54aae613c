import { DatabaseError } from 'pg';
import type { ForcedTable } from '../../domain/checks/check-evidence.ts';
import { toldSqlState } from '../../domain/server-errors/sql-states.ts';
import { quotedTable } from '../../domain/text/sql-text.ts';

/** What lifting needs of a connection; a pg Client or Pool client fits. */
export interface SqlConnection {
  query(sql: string): Promise<{ rows: Record<string, unknown>[] }>;
}

const forcedTablesSql = `select n.nspname::text as schema, c.relname::text as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relforcerowsecurity and c.relkind in ('r', 'p') order by 1, 2`;

/**
 * Lifts FORCE ROW LEVEL SECURITY in one database, so that the owner (and the master role as its member) counts every
 * row. Under FORCE an owner's count(*) is silently filtered by the policies; with row_security = off it is an error.
 * ENABLE stays as it is: other roles remain under their policies. A table that the connection may not alter is
 * returned with `lifted: false`, and the checks on it say that they could not run.
 *
 * Keep the list and give it to restoreForcedRowSecurity afterwards.
 */
export async function liftForcedRowSecurity(connection: SqlConnection): Promise<ForcedTable[]> {
  const { rows } = await connection.query(forcedTablesSql);
  const tables: ForcedTable[] = [];
  for (const row of rows) {
    const table = { schema: String(row.schema), name: String(row.name) };
    const sqlState = await alter(connection, table, 'NO FORCE');
    tables.push({ ...table, lifted: sqlState === null, sqlState });
  }
  return tables;
}

/**
 * Puts FORCE ROW LEVEL SECURITY back on the tables that were lifted. Safe to repeat. Returns the tables where that was
 * refused: a restore that is kept must not be handed over with any of them.
 */
export async function restoreForcedRowSecurity(
  connection: SqlConnection,
  tables: readonly ForcedTable[],
): Promise<ForcedTable[]> {
  const refused: ForcedTable[] = [];
  for (const table of tables) {
    if (!table.lifted) continue;
    const sqlState = await alter(connection, table, 'FORCE');
    if (sqlState !== null) refused.push({ ...table, sqlState });
  }
  return refused;
}

/** @returns null, or the SQLSTATE of the server's refusal. @throws whatever is no refusal, such as a lost connection */
async function alter(
  connection: SqlConnection,
  { schema, name }: { schema: string; name: string },
  force: 'FORCE' | 'NO FORCE',
): Promise<string | null> {
  try {
    await connection.query(
      `alter table only ${quotedTable(schema, name)} ${force.toLowerCase()} row level security`,
    );
    return null;
  } catch (error) {
    // 08 and 57P0x: the connection is gone; nothing can be said of the table.
    if (error instanceof DatabaseError && error.code !== undefined && !/^(08|57P)/.test(error.code))
      return toldSqlState(error.code);
    throw error;
  }
}
