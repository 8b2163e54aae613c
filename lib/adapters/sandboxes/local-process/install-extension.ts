import { Client, DatabaseError } from 'pg';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import { quoted } from '../../../domain/text/sql-text.ts';
import { loadSqlParser, parseSql } from '../../../recovery/logical/dump/sql-parser.ts';
import { adminRole } from './server-settings.ts';

/**
 * Extensions that the RDS master may create and the master of a plain server may not, because their control files do
 * not call them trusted (rds.extensions of RDS for PostgreSQL 14 to 18). Left out on purpose, so that the copy can
 * reach nothing: dblink, log_fdw, mysql_fdw, oracle_fdw, tds_fdw, aws_*, pglogical, pg_transport, pg_cron.
 */
const creatableOnRds: ReadonlySet<string> = new Set([
  'address_standardizer',
  'address_standardizer_data_us',
  'amcheck',
  'autoinc',
  'bloom',
  'earthdistance',
  'h3',
  'hll',
  'hypopg',
  'insert_username',
  'intagg',
  'ip4r',
  'moddatetime',
  'old_snapshot',
  'orafce',
  'pg_bigm',
  'pg_buffercache',
  'pg_freespacemap',
  'pg_hint_plan',
  'pg_partman',
  'pg_prewarm',
  'pg_proctab',
  'pg_repack',
  'pg_similarity',
  'pg_stat_statements',
  'pg_visibility',
  'pgaudit',
  'pgrouting',
  'pgrowlocks',
  'pgstattuple',
  'pgtap',
  'postgis',
  'postgis_raster',
  'postgis_tiger_geocoder',
  'postgis_topology',
  'postgres_fdw',
  'prefix',
  'rdkit',
  'refint',
  'sslinfo',
  'test_parser',
  'vector',
  'xml2',
]);

const insufficientPrivilege = '42501';

/**
 * Creates an extension as the sandbox's superuser, as RDS does for its master. Anything but one CREATE EXTENSION of
 * the list is refused as the server would refuse it.
 *
 * @throws DatabaseError with SQLSTATE 42501 when it is refused, or what the server answers
 */
export async function installExtension(
  address: SandboxAddress,
  database: string,
  statement: string,
): Promise<void> {
  await loadSqlParser();
  const [parsed, ...others] = parseSql(statement).stmts ?? [];
  const node = parsed?.stmt;
  const name =
    node !== undefined && 'CreateExtensionStmt' in node ? node.CreateExtensionStmt.extname : undefined;
  if (name === undefined || others.length > 0 || !creatableOnRds.has(name)) {
    const error = new DatabaseError(`permission denied to create extension "${name ?? ''}"`, 0, 'error');
    error.code = insufficientPrivilege;
    throw error;
  }
  const { host, port } = address;
  const client = new Client({
    host,
    port,
    user: adminRole,
    database,
    ssl: false,
    options: '-c statement_timeout=0',
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(statement);
    // The wrapper belongs to the superuser now; on RDS the master may make servers of it at once.
    if (name === 'postgres_fdw')
      await client.query(`GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO ${quoted(address.masterRole)}`);
  } finally {
    await client.end();
  }
}
