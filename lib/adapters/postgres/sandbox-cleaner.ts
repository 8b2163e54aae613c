import pg from 'pg';
import { serverDatabases } from '../../domain/recovery/server-databases.ts';
import { quoted } from '../../domain/text/sql-text.ts';
import type { SandboxCleaner } from '../../ports/drill-ports.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';

const databasesSql = 'select datname::text as name from pg_catalog.pg_database where datname <> all ($1)';
/** `pg_` is reserved by PostgreSQL, `rds` names are RDS's; oid 10 is the role that made the server. */
const rolesSql = `select rolname::text as name from pg_catalog.pg_roles
where oid >= 16384 and rolname !~ '^(pg_|rds)' and rolname <> current_user`;

/**
 * Empties a sandbox between two dumps of a walk-back, asking the server itself what is there: an attempt that died left
 * no account. A role that still owns something elsewhere stays; the next restore then finds it there, which changes
 * nothing but its options. Content of the database `postgres` is never the dump's (loading/database-creation.ts).
 */
export function createSandboxCleaner(access: SandboxAccess): SandboxCleaner {
  return {
    async empty(address) {
      const client = new pg.Client(await access.connection(address, 'postgres'));
      client.on('error', () => {});
      await client.connect();
      try {
        for (const database of await names(client, databasesSql, [serverDatabases])) {
          // A cluster dump may have made it a template, which cannot be dropped.
          await client.query(`ALTER DATABASE ${quoted(database)} IS_TEMPLATE false`);
          await client.query(`DROP DATABASE IF EXISTS ${quoted(database)} WITH (FORCE)`);
        }
        for (const role of await names(client, rolesSql, [])) {
          await client.query(`DROP ROLE IF EXISTS ${quoted(role)}`).catch(keepRole);
        }
      } finally {
        await client.end();
      }
    },
  };
}

async function names(client: pg.Client, sql: string, values: unknown[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(sql, values);
  return rows.map(({ name }) => name);
}

/** 2BP01: something depends on it; 42501: not ours to drop. */
const kept: ReadonlySet<string> = new Set(['2BP01', '42501']);

function keepRole(error: unknown): void {
  if (error instanceof pg.DatabaseError && error.code !== undefined && kept.has(error.code)) return;
  throw error;
}
