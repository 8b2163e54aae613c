import type { CheckDatabase } from './check.ts';
import { refusal } from './combined-query.ts';
import { obstacleOf, type TableFacts } from './table-facts.ts';

/** What a table name of drills.yaml refers to. */
export type TableLookup =
  | { found: TableFacts }
  /** Not found; schemas that hold a table of that name outside the search_path. */
  | { missingBut: string[] }
  | { refused: string };

/**
 * Finds a table as SQL would (`orders`, `app.orders`, `"Orders"`, by the search_path of the database and role), or by
 * its exact name when SQL would fold its capitals.
 * @throws DrillError SANDBOX_LOST
 */
export async function lookUpTable(database: CheckDatabase, name: string): Promise<TableLookup> {
  try {
    const [row] = await database.query(lookupSql, [name]);
    if (row !== undefined) {
      const obstacle = obstacleOf(row.may_select === 't', row.filtered === 't');
      return {
        found: {
          schema: String(row.schema),
          name: String(row.name),
          relationKind: String(row.relkind),
          ofExtension: false,
          readable: obstacle === '',
          obstacle,
        },
      };
    }
    const lastPart = name.split('.').at(-1)?.replace(/^"|"$/g, '') ?? name;
    const others = await database.query(elsewhereSql, [lastPart]);
    return { missingBut: others.map((other) => String(other.schema)) };
  } catch (error) {
    return { refused: refusal(error).reason };
  }
}

/** The sentence about a table that is not there, with where one of that name is. */
export function missingTableMessage(name: string, missingBut: string[]): string {
  const elsewhere =
    missingBut.length === 0
      ? ''
      : `; a table of that name exists in schema ${missingBut.join(', ')}: write ${missingBut[0]}.${name.split('.').at(-1)}`;
  return `table ${name} does not exist in the restored database${elsewhere}`;
}

const lookupSql = `with chosen as (
  select coalesce(pg_catalog.to_regclass($1)::pg_catalog.oid, (
    select c.oid from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where n.nspname || '.' || c.relname = $1 or (c.relname::pg_catalog.text = $1 and pg_catalog.pg_table_is_visible(c.oid)) limit 1)) as oid
)
select n.nspname as schema, c.relname as name, c.relkind,
  pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') as may_select,
  pg_catalog.row_security_active(c.oid) as filtered
from chosen join pg_catalog.pg_class c on c.oid = chosen.oid join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm')`;

const elsewhereSql = `select n.nspname as schema from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relname::pg_catalog.text = $1 and c.relkind in ('r', 'p', 'f', 'v', 'm') and n.nspname <> 'information_schema' and n.nspname !~ '^pg_' order by 1 limit 5`;
