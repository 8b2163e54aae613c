import type { ClientConfig } from 'pg';
import { adminRole } from './server-settings.ts';

/**
 * How the sandbox's superuser logs in: over the socket alone, without a password, and only as the operating system user that
 * runs the drill (pg_hba.conf). Names in its statements mean the server's own, whatever code of a dump left in the settings of
 * a database; no library is loaded for the same reason. `options` also keeps PGOPTIONS of the caller's environment away.
 */
export function administratorLogin(
  { socketDirectory, port }: { socketDirectory: string; port: number },
  database: string,
): ClientConfig {
  return {
    host: socketDirectory,
    port,
    user: adminRole,
    database,
    ssl: false,
    options: '-c statement_timeout=0 -c search_path=pg_catalog -c local_preload_libraries=',
    connectionTimeoutMillis: 10_000,
  };
}
