import { sandboxObjectCountsSql } from '../../witness/object-counts-sql.ts';
import type { CheckDatabase, ObjectCounts, Partition } from './check.ts';

/** Counts the objects of a database by kind. */
export async function countObjects(database: CheckDatabase): Promise<ObjectCounts> {
  const rows = await database.query(sandboxObjectCountsSql);
  return Object.fromEntries(rows.map((row) => [String(row.kind), Number(row.objects)]));
}

const partitionsSql = `select n.nspname as schema, c.relname as name, rn.nspname || '.' || r.relname as root
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
join pg_catalog.pg_class r on r.oid = pg_catalog.pg_partition_root(c.oid)
join pg_catalog.pg_namespace rn on rn.oid = r.relnamespace
where c.relkind = 'r' and c.relispartition`;

/** Reads which tables are partitions, and of what. */
export async function readPartitions(database: CheckDatabase): Promise<Partition[]> {
  const rows = await database.query(partitionsSql);
  return rows.map((row) => ({
    schema: String(row.schema),
    name: String(row.name),
    partitionOf: String(row.root),
  }));
}
