import { Client, type ClientConfig, DatabaseError } from 'pg';
import { DrillError } from '../../../domain/findings/errors.ts';
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

/** What a recovered cluster holds. @throws DrillError LOCALE_UNAVAILABLE; what the driver throws */
export async function listRecovered(
  connection: (database: string) => Promise<ClientConfig>,
): Promise<RecoveredTables> {
  // Every cluster has it, and nobody can drop it while it is a template.
  const databases = (await ask<{ datname: string }>(await connection('template1'), databasesSql)).map(
    ({ datname }) => datname,
  );
  const tables: RecoveredTables['tables'] = [];
  for (const database of databases)
    for (const { schema, name } of await tablesOf(database, await connection(database)))
      tables.push({ database, schema, name });
  // One without a table holds nothing that could be lost: the maintenance database is there in every cluster.
  const filled = databases.filter((name) => tables.some(({ database }) => database === name));
  return { databases: filled.length === 0 ? databases : filled, tables };
}

async function tablesOf(database: string, config: ClientConfig): Promise<{ schema: string; name: string }[]> {
  try {
    return await ask(config, tablesSql);
  } catch (error) {
    // postinit.c (`CheckMyDatabase`): it names the locale only in what follows the message.
    if (error instanceof DatabaseError && /locale|ICU is not supported/.test(error.message))
      throw new DrillError(
        'LOCALE_UNAVAILABLE',
        `database ${database} cannot be opened here: ${error.message}`,
      );
    throw error;
  }
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
