import { Client, type ClientConfig, DatabaseError } from 'pg';
import { quoted } from '../../../domain/text/sql-text.ts';
import { loadSqlParser, parseSql } from '../../../recovery/logical/dump/sql-parser.ts';

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

/**
 * Creates an extension as the sandbox's superuser, as RDS does for its master. Anything but one CREATE EXTENSION of
 * the list is refused as the server would refuse it. Foreign-data wrappers lose their handler in the same transaction:
 * servers, user mappings and foreign tables can be made, and no query, import or ANALYZE of one ever leaves the server.
 *
 * @param login of the administrator, to the database
 * @throws DatabaseError with SQLSTATE 42501 when it is refused, or what the server answers
 */
export async function installExtension(
  login: ClientConfig,
  masterRole: string,
  statement: string,
): Promise<void> {
  await loadSqlParser();
  const [parsed, ...others] = parseSql(statement).stmts ?? [];
  const node = parsed?.stmt;
  const name =
    node !== undefined && 'CreateExtensionStmt' in node ? node.CreateExtensionStmt.extname : undefined;
  if (name === undefined || others.length > 0 || !creatableOnRds.has(name)) throw refused(name ?? '');
  const client = new Client(login);
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ found: boolean }>(codeOfTheDump);
    if (rows[0]?.found !== false) throw refused(name);
    // Where an extension goes that names no schema.
    await client.query('SET LOCAL search_path = public');
    await client.query(statement);
    await client.query('SET LOCAL search_path = pg_catalog');
    await client.query(disarmWrappers);
    // The wrapper belongs to the superuser now; on RDS the master may make servers of it at once.
    if (name === 'postgres_fdw')
      await client.query(`GRANT USAGE ON FOREIGN DATA WRAPPER postgres_fdw TO ${quoted(masterRole)}`);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

const insufficientPrivilege = '42501';

function refused(extension: string): DatabaseError {
  const error = new DatabaseError(`permission denied to create extension "${extension}"`, 0, 'error');
  error.code = insufficientPrivilege;
  return error;
}

/**
 * Scripts of extensions run as the superuser, and one that does not qualify its names would call a function or operator of
 * the dump that fits better than the server's. pg_dump writes extensions before all code, so a dump with code before an
 * extension is none of its. Members of extensions belong to the superuser, whose oid is 10.
 *
 * Source: PostgreSQL documentation, Security Considerations for Extensions.
 */
const codeOfTheDump = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_proc WHERE proowner <> 10)
      OR EXISTS (SELECT FROM pg_catalog.pg_operator WHERE oprowner <> 10) AS found`;

/** Only a superuser can give a wrapper its handler back. Validators stay: they judge options and connect to nothing. */
const disarmWrappers = `
  DO $$ DECLARE wrapper name; BEGIN
    FOR wrapper IN SELECT fdwname FROM pg_catalog.pg_foreign_data_wrapper WHERE fdwhandler <> 0 LOOP
      EXECUTE pg_catalog.format('ALTER FOREIGN DATA WRAPPER %I NO HANDLER', wrapper);
    END LOOP;
  END $$`;
