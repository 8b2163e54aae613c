/** Looks at restored databases for `restore-drill init`: read-only, one statement at a time, nothing changed. */
import { Client, type ClientConfig, DatabaseError } from 'pg';
import {
  isMigrationName,
  type MigrationTool,
  migrationTools,
} from '../../domain/checks/asking/known-migrations.ts';
import { parseTimestamp } from '../../domain/checks/asking/timestamp.ts';
import type {
  RestoredDatabase,
  RestoredMigrations,
  RestoredTable,
} from '../../domain/config/restored-schema.ts';
import { notOfExtension, quoted, rowSource, userSchema } from '../../domain/text/sql-text.ts';

/** A proposal is not worth waiting longer for one table; a table that takes more is proposed without a floor. */
const statementTimeoutMs = 60_000;

interface CatalogTable {
  schema: string;
  name: string;
  kind: string;
  columns: { name: string; type: string }[];
  foreignKeys: number;
  uniqueConstraints: number;
}

/** Databases of the server that connections are allowed to, without templates. @throws what the driver throws */
export async function listDatabases(config: ClientConfig): Promise<string[]> {
  return withClient(config, async (client) => {
    const { rows } = await client.query<{ datname: string }>(
      'select datname from pg_catalog.pg_database where datallowconn and not datistemplate order by datname',
    );
    return rows.map(({ datname }) => datname);
  });
}

/** What one database holds; null when it holds no table of a user. @throws what the driver throws */
export async function inspectDatabase(config: ClientConfig, name: string): Promise<RestoredDatabase | null> {
  return withClient(config, async (client) => {
    const catalog = await readCatalog(client);
    if (catalog.length === 0) return null;
    const tables: RestoredTable[] = [];
    const migrations: RestoredMigrations[] = [];
    for (const table of catalog) {
      const tool = migrationTools.find((known) => isTableOf(known, table));
      if (tool !== undefined) migrations.push(await readMigrations(client, tool, table));
      tables.push(await measure(client, table));
    }
    return { name, tables, migrations };
  });
}

async function withClient<T>(config: ClientConfig, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ ...config, application_name: 'restore-drill init' });
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query(
      `set default_transaction_read_only = on; set statement_timeout = ${statementTimeoutMs}; set search_path = ''; ` +
        `set datestyle = 'ISO, YMD'; set timezone = 'UTC'; set row_security = off`,
    );
    return await work(client);
  } finally {
    await client.end().catch(() => {});
  }
}

async function readCatalog(client: Client): Promise<CatalogTable[]> {
  // Partitions are left out: their parent stands for them, and tomorrow's dump has others.
  const { rows } = await client.query<{
    schema: string;
    name: string;
    kind: string;
    columns: [string, string][];
    fks: number;
    uniques: number;
  }>(`
select n.nspname::text as schema, c.relname::text as name, c.relkind::text as kind,
  coalesce((select json_agg(json_build_array(a.attname, t.typname) order by a.attnum) from pg_catalog.pg_attribute a
    join pg_catalog.pg_type t on t.oid = a.atttypid
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]') as columns,
  (select count(*)::int from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'f') as fks,
  (select count(*)::int from pg_catalog.pg_constraint k where k.conrelid = c.oid and k.contype = 'u') as uniques
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and ${userSchema} and ${notOfExtension('pg_class', 'c.oid')}
order by 1, 2`);
  return rows.map(({ schema, name, kind, columns, fks, uniques }) => ({
    ...{ schema, name, kind, foreignKeys: fks, uniqueConstraints: uniques },
    columns: columns.map(([column, type]) => ({ name: column, type })),
  }));
}

const momentTypes = new Set(['date', 'timestamp', 'timestamptz']);
const textTypes = new Set(['text', 'varchar', 'bpchar', 'citext']);

/** One scan: rows, and the newest moment of every column that has moments. */
async function measure(client: Client, table: CatalogTable): Promise<RestoredTable> {
  const { schema, name, columns, foreignKeys, uniqueConstraints } = table;
  const ofMoments = columns.filter(({ type }) => momentTypes.has(type)).map((column) => column.name);
  const emailColumns = columns
    .filter((column) => textTypes.has(column.type) && /e[-_]?mail/i.test(column.name))
    .map((column) => column.name);
  const asked = ['count(*)::text', ...ofMoments.map((column) => `max(${quoted(column)})::text`)];
  const row = await answer(client, `select ${asked.join(', ')} from ${rowSource(schema, name, table.kind)}`);
  const moments = ofMoments.map((column, index) => ({ column, newest: isoOf(row?.[index + 1] ?? null) }));
  const rows = row?.[0] == null ? null : Number(row[0]);
  return {
    schema,
    name,
    rows,
    moments: row === null ? [] : moments,
    emailColumns,
    foreignKeys,
    uniqueConstraints,
  };
}

const isoOf = (text: string | null): string | null =>
  text === null ? null : (parseTimestamp(text)?.iso ?? null);

function isTableOf(tool: MigrationTool, { name, columns }: CatalogTable): boolean {
  return (
    name === tool.table && tool.columns.every((wanted) => columns.some((column) => column.name === wanted))
  );
}

async function readMigrations(
  client: Client,
  tool: MigrationTool,
  table: CatalogTable,
): Promise<RestoredMigrations> {
  const from = rowSource(table.schema, table.name, table.kind);
  const where = tool.where === null ? '' : ` where ${tool.where}`;
  const count = await answer(client, `select count(*)::text from ${from}${where}`);
  const newest = await answer(
    client,
    `select ${quoted(tool.column)}::text from ${from}${where} order by ${tool.order} desc limit 1`,
  );
  const value = newest?.[0] ?? null;
  // Alembic with two heads has two rows, and neither comes after the other.
  const oneLine = tool.manyLines !== true && !(tool.tool === 'Alembic' && count?.[0] !== '1');
  return {
    ...{
      tool: tool.tool,
      schema: table.schema,
      table: table.name,
      column: tool.column,
      where: tool.where,
      asks: tool.asks,
    },
    newest: oneLine && value !== null && isMigrationName(value) ? value : null,
    applied: Number(count?.[0] ?? 0),
  };
}

/** The first row as text; null when the server refused (timeout, a policy, a broken function): then nothing is proposed. */
async function answer(client: Client, sql: string): Promise<(string | null)[] | null> {
  try {
    const { rows } = await client.query<(string | null)[]>({ text: sql, rowMode: 'array' });
    return rows[0] ?? null;
  } catch (error) {
    if (error instanceof DatabaseError) return null;
    throw error;
  }
}
