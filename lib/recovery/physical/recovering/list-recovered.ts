import { Client, type ClientConfig, DatabaseError } from 'pg';
import { DrillError } from '../../../domain/findings/errors.ts';
import { listOf } from '../../../domain/text/quantities.ts';
import { notOfExtension, userSchema } from '../../../domain/text/sql-text.ts';

export interface RecoveredTables {
  databases: string[];
  tables: { database: string; schema: string; name: string }[];
  /** Databases that nobody can be asked in, as sentences. */
  notTested: string[];
}

/** The two templates that every cluster has hold nothing; -2 is what a DROP DATABASE leaves that was interrupted (dbcommands.c). */
const databasesSql = `select datname, datallowconn and not datistemplate and datconnlimit <> -2 as asked
from pg_catalog.pg_database where datname not in ('template0', 'template1') order by datname`;

/** At most this many databases are named. */
const databasesNamed = 10;

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
  const all = await ask<{ datname: string; asked: boolean }>(await connection('template1'), databasesSql);
  const databases = all.filter(({ asked }) => asked).map(({ datname }) => datname);
  const left = all.filter(({ asked }) => !asked).map(({ datname }) => datname);
  const tables: RecoveredTables['tables'] = [];
  for (const database of databases)
    for (const { schema, name } of await tablesOf(database, await connection(database)))
      tables.push({ database, schema, name });
  // One without a table holds nothing that could be lost: the maintenance database is there in every cluster.
  const filled = databases.filter((name) => tables.some(({ database }) => database === name));
  return { databases: filled.length === 0 ? databases : filled, tables, notTested: notAsked(left) };
}

function notAsked(left: readonly string[]): string[] {
  if (left.length === 0) return [];
  return [`What is in ${listOf(left, databasesNamed)}: a template, or closed to connections.`];
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
