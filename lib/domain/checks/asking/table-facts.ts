import { notOfExtension } from '../../text/sql-text.ts';
import type { CheckDatabase } from './check.ts';

/** What the catalog says of one table before it is read. */
export interface TableFacts {
  schema: string;
  name: string;
  /** pg_class.relkind: r table, p partitioned, v view, m materialized view, f foreign table … */
  relationKind: string;
  ofExtension: boolean;
  /** False when a count would be refused, or filtered by row security. */
  readable: boolean;
  /** Why it is not readable; empty when it is. */
  obstacle: string;
}

/** Reads the facts of tables by exact name; null for one that does not exist. */
export async function readTables(
  database: CheckDatabase,
  tables: readonly { schema: string; name: string }[],
): Promise<(TableFacts | null)[]> {
  const rows = await database.query(tableFactsSql, [
    tables.map(({ schema }) => schema),
    tables.map(({ name }) => name),
  ]);
  const byPosition = new Map(rows.map((row) => [Number(row.n) - 1, row]));
  return tables.map(({ schema, name }, index) => {
    const row = byPosition.get(index);
    if (row === undefined) return null;
    const obstacle = obstacleOf(row.may_select === 't', row.filtered === 't');
    return {
      schema,
      name,
      relationKind: String(row.relkind),
      ofExtension: row.of_extension === 't',
      readable: obstacle === '',
      obstacle,
    };
  });
}

/** What keeps a table from being counted; empty when nothing does. */
export function obstacleOf(maySelect: boolean, filtered: boolean): string {
  if (!maySelect) return 'the master role has no right to read it';
  return filtered ? 'row security would hide rows from the master role' : '';
}

const tableFactsSql = `select w.n, c.relkind, not (${notOfExtension('pg_class', 'c.oid')}) as of_extension,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') as may_select,
  pg_catalog.row_security_active(c.oid) as filtered
from unnest($1::text[], $2::text[]) with ordinality as w(schema, name, n)
join pg_catalog.pg_namespace n on n.nspname::pg_catalog.text = w.schema
join pg_catalog.pg_class c on c.relnamespace = n.oid and c.relname::pg_catalog.text = w.name
where c.relkind in ('r', 'p', 'f', 'm', 'v')`;
