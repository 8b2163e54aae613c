import { Client } from 'pg';
import { literal } from '../../../domain/text/sql-text.ts';
import { administratorLogin } from './administrator.ts';
import { masterRole } from './server-settings.ts';

/**
 * Makes the role that the drill works as, with the attributes of the RDS master: it may log in, create databases and roles,
 * and is no superuser. What RDS gives it besides, to signal backends, it does not get (server-walls.ts). Returns the server's
 * full version.
 *
 * It owns the databases `postgres` and `template1`, as on RDS (`\l` of RDS 11 to 15 instances in public repositories), so that
 * a cluster's dump that keeps objects in `postgres` fares as it would there.
 *
 * Source: docs/facts.md#the-rds-master.
 */
export async function createMasterRole(
  socketDirectory: string,
  port: number,
  password: string,
): Promise<string> {
  const client = new Client(administratorLogin({ socketDirectory, port }, 'postgres'));
  // A lost connection also rejects the query that waits for it; without a listener it would end our process instead.
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query(
      `CREATE ROLE ${masterRole} LOGIN CREATEDB CREATEROLE PASSWORD ${literal(password)};
       ALTER DATABASE postgres OWNER TO ${masterRole};
       ALTER DATABASE template1 OWNER TO ${masterRole};`,
    );
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version');
    return rows[0]?.server_version.split(' ')[0] ?? '';
  } finally {
    await client.end();
  }
}
