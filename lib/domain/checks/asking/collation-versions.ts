import type { CheckDatabase } from './check.ts';

/** Object id of the collation `default` (catalog/pg_collation.dat). */
const defaultCollation = 100;

/** Databases keep the version of their own collation since 15. */
const keptSince = 15;

/**
 * Selects `oid`, `name`, `stored` and `actual` of each collation whose version is another one here than where the database was
 * made; of the default one `unknown`, where the major does not keep its version and it is not of bytes.
 *
 * Source: PostgreSQL documentation, pg_database.datcollversion, pg_collation.collversion, `pg_collation_actual_version`.
 */
export async function changedCollationsSql(database: CheckDatabase): Promise<string> {
  const [row] = await database.query(
    "select pg_catalog.current_setting('server_version_num')::pg_catalog.int4 / 10000 as major",
  );
  const ofDatabase =
    Number(row?.major) >= keptSince
      ? `select ${defaultCollation}::pg_catalog.oid as oid, 'the default collation'::pg_catalog.text as name, d.datcollversion as stored,
  pg_catalog.pg_database_collation_actual_version(d.oid) as actual, false as unknown
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database() and d.datcollversion is not null`
      : `select ${defaultCollation}::pg_catalog.oid, 'the default collation'::pg_catalog.text, null::pg_catalog.text, null::pg_catalog.text, true
from pg_catalog.pg_database d where d.datname = pg_catalog.current_database() and d.datcollate not in ('C', 'POSIX')`;
  return `select * from (${ofDatabase}
union all select c.oid, n.nspname || '.' || c.collname, c.collversion, pg_catalog.pg_collation_actual_version(c.oid), false
from pg_catalog.pg_collation c join pg_catalog.pg_namespace n on n.oid = c.collnamespace where c.collversion is not null
) v(oid, name, stored, actual, unknown) where v.unknown or v.stored is distinct from v.actual`;
}
