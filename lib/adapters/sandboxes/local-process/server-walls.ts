/**
 * Roles through which a member leaves the database: programs and files of the machine, and the sessions of others. All exist
 * since PostgreSQL 11. The other predefined roles act inside the server only (reading and writing its tables, its statistics
 * and settings, CHECKPOINT), and dumps of clusters grant them; from 16 on the master may not grant any of them, because it
 * has ADMIN on none (pg_create_subscription, pg_maintain, pg_signal_autovacuum_worker and so on).
 *
 * Source: PostgreSQL documentation, Predefined Roles.
 */
const actingRoles = [
  'pg_execute_server_program',
  'pg_read_server_files',
  'pg_write_server_files',
  'pg_signal_backend',
] as const;

/**
 * Everybody may end sessions of a role he is a member of, and all sessions of a restore are the master's: code of a dump
 * could end those beside it.
 */
const signallingFunctions = 'pg_catalog.pg_terminate_backend, pg_catalog.pg_cancel_backend';

const withholdSignals = `REVOKE EXECUTE ON FUNCTION ${signallingFunctions} FROM PUBLIC`;

/**
 * What a new cluster gets before anything of a dump can run in it, per database. Code of a dump (functions, checks, indexes,
 * rules …) runs in the server as the master, so the server itself must be unable to act.
 *
 * Up to 15 CREATEROLE may grant every role that is no superuser, also to itself. A role marked as one can be granted, given
 * members or changed by superusers only, on every major: the master is none, and nobody is a member of these.
 */
export const serverWalls: readonly { database: string; statements: readonly string[] }[] = [
  {
    database: 'postgres',
    statements: [
      `UPDATE pg_catalog.pg_authid SET rolsuper = true WHERE rolname IN (${actingRoles.map((role) => `'${role}'`).join(', ')})`,
      withholdSignals,
    ],
  },
  // Rights on functions belong to a database, and each is copied from one of these.
  { database: 'template0', statements: [withholdSignals] },
  { database: 'template1', statements: [withholdSignals] },
];
