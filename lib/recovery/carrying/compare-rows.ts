import { Client, type ClientConfig } from 'pg';
import { type Finding, finding } from '../../domain/findings/findings.ts';
import type { TableAccount } from '../../domain/recovery/restore-account.ts';
import { listOf } from '../../domain/text/quantities.ts';
import { notOfExtension, quotedTable, userSchema } from '../../domain/text/sql-text.ts';

/** Rows of a table of the recovered cluster. */
export interface TableRows {
  database: string;
  schema: string;
  name: string;
  rows: number;
}

const tablesSql = `select n.nspname as schema, c.relname as name
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't' and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}`;

/** Counts every table of the recovered cluster that holds rows itself. @throws what the driver throws */
export async function countRows(
  databases: readonly string[],
  connection: (database: string) => Promise<ClientConfig>,
): Promise<TableRows[]> {
  const counted: TableRows[] = [];
  for (const database of databases) {
    const client = new Client(await connection(database));
    client.on('error', () => undefined);
    await client.connect();
    try {
      const { rows: tables } = await client.query<{ schema: string; name: string }>(tablesSql);
      for (const { schema, name } of tables) {
        const { rows } = await client.query<{ rows: string }>(
          `select pg_catalog.count(*) as rows from only ${quotedTable(schema, name)}`,
        );
        counted.push({ database, schema, name, rows: Number(rows[0]?.rows) });
      }
    } finally {
      await client.end();
    }
  }
  return counted;
}

/** At most this many tables are named. */
const tablesNamed = 10;

/** Tables that have other numbers of rows in the sandbox than in the cluster they were carried from. Pure. */
export function differingRows(recovered: readonly TableRows[], carried: readonly TableAccount[]): Finding[] {
  const nameOf = ({ database, schema, name }: Omit<TableRows, 'rows'>) => `${database}: ${schema}.${name}`;
  const loaded = new Map(carried.map((table) => [nameOf(table), table.rowsLoaded]));
  const differing = recovered.filter((table) => (loaded.get(nameOf(table)) ?? 0) !== table.rows);
  if (differing.length === 0) return [];
  const named = differing.map(
    (table) => `${nameOf(table)} has ${table.rows} and ${loaded.get(nameOf(table)) ?? 0}`,
  );
  return [
    finding('CARRIED_ROWS_DIFFER', `rows in the recovered cluster and in RDS: ${listOf(named, tablesNamed)}`),
  ];
}
