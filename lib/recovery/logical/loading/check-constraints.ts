import { literal } from '../../../domain/text/sql-text.ts';
import type { ServerError } from './server-error.ts';

/** Asks the catalogue. @throws what ended the restore */
type Ask = (sql: string) => Promise<(string | null)[][]>;

/**
 * Of a row that a CHECK constraint refused: the function that the constraint calls and that reads tables, if there is one. Such a
 * constraint depends on what other tables hold, which no restore can promise while it loads them; PostgreSQL's documentation of
 * CREATE TABLE says not to write one. Null when the constraint looks at its own row only.
 * @throws what ended the restore
 */
export async function functionThatReadsTables(
  { sqlState, schema, table, constraint }: Pick<ServerError, 'sqlState' | 'schema' | 'table' | 'constraint'>,
  ask: Ask,
): Promise<string | null> {
  if (sqlState !== '23514' || schema === null || table === null || constraint === null) return null;
  const rows = await ask(`SELECT p.oid::pg_catalog.regproc::pg_catalog.text FROM pg_catalog.pg_constraint k
    JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) k.conrelid
    JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    JOIN pg_catalog.pg_depend d ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_constraint'::pg_catalog.regclass
      AND d.objid OPERATOR(pg_catalog.=) k.oid AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_proc'::pg_catalog.regclass
    JOIN pg_catalog.pg_proc p ON p.oid OPERATOR(pg_catalog.=) d.refobjid
    JOIN pg_catalog.pg_language l ON l.oid OPERATOR(pg_catalog.=) p.prolang
    WHERE k.conname OPERATOR(pg_catalog.=) ${literal(constraint)} AND n.nspname OPERATOR(pg_catalog.=) ${literal(schema)}
      AND c.relname OPERATOR(pg_catalog.=) ${literal(table)} AND l.lanname NOT IN ('internal', 'c')
      AND (p.prosqlbody IS NOT NULL OR p.prosrc OPERATOR(pg_catalog.~*) '\\y(from|join|table)\\y')
    ORDER BY 1 LIMIT 1`);
  return rows[0]?.[0] ?? null;
}

/** What a person is told of it, after the message of the error. */
export const readsTables = (constraint: string | null, called: string): string =>
  `; constraint ${constraint} calls the function ${called}, which reads other tables, so no restore can promise that they hold their rows by then`;

export const readsTablesHint =
  'Replace the CHECK constraint by a foreign key or a trigger in production: a dump with it restores only by chance of the order.';
