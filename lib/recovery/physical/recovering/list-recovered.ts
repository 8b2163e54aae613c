import { Client, type ClientConfig } from 'pg';
import { notOfExtension, userSchema } from '../../../domain/text/sql-text.ts';

export interface RecoveredTables {
  databases: string[];
  tables: { database: string; schema: string; name: string }[];
}

const databasesSql =
  'select datname from pg_catalog.pg_database where datallowconn and not datistemplate order by datname';

/** Tables that hold rows themselves: partitioned ones have none, and those of an extension are its own. */
const tablesSql = `select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and c.relpersistence = 'p' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}
order by c.relpages desc, 1, 2`;

/** What a recovered cluster holds. @throws what the driver throws */
export async function listRecovered(
  connection: (database: string) => Promise<ClientConfig>,
): Promise<RecoveredTables> {
  // Every cluster has it, and nobody can drop it while it is a template.
  const databases = (await ask<{ datname: string }>(await connection('template1'), databasesSql)).map(
    ({ datname }) => datname,
  );
  const tables: RecoveredTables['tables'] = [];
  for (const database of databases)
    for (const { schema, name } of await ask<{ schema: string; name: string }>(
      await connection(database),
      tablesSql,
    ))
      tables.push({ database, schema, name });
  // One without a table holds nothing that could be lost: the maintenance database is there in every cluster.
  const filled = databases.filter((name) => tables.some(({ database }) => database === name));
  return { databases: filled.length === 0 ? databases : filled, tables };
}

async function ask<Row extends Record<string, unknown>>(config: ClientConfig, sql: string): Promise<Row[]> {
  const client = new Client(config);
  // A lost connection also rejects the query that waits for it; without a listener it would end our process instead.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
