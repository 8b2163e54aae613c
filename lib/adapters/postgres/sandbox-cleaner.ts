import pg from 'pg';
import type { SandboxCleaner } from '../../ports/drill-ports.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';

/**
 * Empties a sandbox between two dumps of a walk-back: the databases the first dump made, then its roles. A role that
 * still owns something elsewhere stays; the next restore then finds it there, which changes nothing but its options.
 */
export function createSandboxCleaner(access: SandboxAccess): SandboxCleaner {
  return {
    async dropDatabases(address, databases, roles) {
      const client = new pg.Client(await access.connection(address, 'postgres'));
      await client.connect();
      try {
        for (const database of databases) {
          // A cluster dump may have made it a template, which cannot be dropped.
          await client.query(`ALTER DATABASE ${client.escapeIdentifier(database)} IS_TEMPLATE false`);
          await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(database)} WITH (FORCE)`);
        }
        for (const role of roles) {
          await client.query(`DROP ROLE IF EXISTS ${client.escapeIdentifier(role)}`).catch(keepRole);
        }
      } finally {
        await client.end();
      }
    },
  };
}

const dependentObjectsStillExist = '2BP01';

function keepRole(error: unknown): void {
  if (error instanceof pg.DatabaseError && error.code === dependentObjectsStillExist) return;
  throw error;
}
