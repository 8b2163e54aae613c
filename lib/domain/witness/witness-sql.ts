import {
  type ContentChoice,
  largeObjectCountSql,
  largeObjectsSql,
  sequenceStatementsSql,
  tableStatementsSql,
} from './content-sql.ts';
import { objectCountsSql } from './object-counts-sql.ts';

/** Opens the snapshot of a witness, on the source. Nothing that the person's session has set may end or change it. */
export const openSnapshot = [
  'begin transaction isolation level repeatable read, read only',
  'set local statement_timeout = 0',
  'set local lock_timeout = 0',
  'set local idle_in_transaction_session_timeout = 0',
  "set local client_encoding = 'UTF8'",
];

/** Gives the name by which pg_dump takes the snapshot. */
export const snapshotSql = 'select pg_catalog.pg_export_snapshot() as snapshot';

/** Gives the entry of kind `source`. */
const sourceSql = (complete: string): string => `select pg_catalog.json_build_object(
  'kind', 'source', 'serverVersion', pg_catalog.current_setting('server_version'), 'database', pg_catalog.current_database(),
  'moment', pg_catalog.to_char(pg_catalog.now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'encoding', pg_catalog.getdatabaseencoding(),
  'complete', ${complete}, 'extensions', (select coalesce(pg_catalog.json_object_agg(extname, extversion), '{}'::pg_catalog.json) from pg_catalog.pg_extension))::pg_catalog.text as entry`;

/** Gives the entry of kind `objects`. */
const objectsSql = `select pg_catalog.json_build_object('kind', 'objects', 'counts', pg_catalog.json_object_agg(kind, objects))::pg_catalog.text as entry from (
${objectCountsSql}) counted`;

/**
 * Of a dump that leaves something out: only what this role can read, and read whole. pg_dump may have been asked to leave
 * out the rest for that very reason.
 */
const readable =
  "pg_catalog.has_schema_privilege(n.oid, 'USAGE') and pg_catalog.has_table_privilege(c.oid, 'SELECT') and not pg_catalog.row_security_active(c.oid)";

/**
 * What a witness asks, in its order.
 *
 * @param complete SQL that is true where pg_dump was asked to leave nothing out
 */
export function witnessQueries(
  choice: ContentChoice,
  complete: string,
): { beforeDump: WitnessQuery[]; besideDump: WitnessQuery[]; afterDump: WitnessQuery[] } {
  const wanted = `${complete} or (${readable})`;
  const sequences = { statements: sequenceStatementsSql(wanted) };
  // Large objects have rights of their own, and most selections leave them out.
  const countsOnly = complete === 'false' || choice.countsOnly.includes('*');
  return {
    beforeDump: [{ entry: sourceSql(complete) }, sequences],
    besideDump: [
      // Every column that psql's \gexec gets is a statement to it.
      { statements: `select q.statement from (${tableStatementsSql(choice, wanted)}) q` },
      { entry: countsOnly ? largeObjectCountSql : largeObjectsSql },
      { entry: objectsSql },
    ],
    afterDump: [sequences],
  };
}

/** A query that gives one entry, or one that gives statements which give one each. */
export type WitnessQuery = { entry: string } | { statements: string };
