import type { Session } from './connection.ts';
import type { ServerFacts } from './session-settings.ts';

/** What the loader and the policy adapt to. */
export interface TargetFacts extends ServerFacts {
  availableExtensions: ReadonlySet<string>;
  superuserRoles: ReadonlySet<string>;
}

/** Asks the server what it is like. @throws ServerError, ConnectionLost */
export async function askServerFacts(session: Session): Promise<TargetFacts> {
  const { rows } = await session.text(`
    SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('max_parallel_workers'),
      (SELECT setting::pg_catalog.int8 * 8192 FROM pg_catalog.pg_settings WHERE name = 'shared_buffers'),
      pg_catalog.current_setting('wal_level')`);
  const extensions = await session.text('SELECT name FROM pg_catalog.pg_available_extensions');
  const superusers = await session.text('SELECT rolname FROM pg_catalog.pg_roles WHERE rolsuper');
  const [version, workers, buffers, walLevel] = rows[0] ?? [];
  return {
    majorVersion: Math.floor(Number(version) / 10_000),
    parallelWorkers: Number(workers),
    sharedBuffersBytes: Number(buffers),
    walLevel: walLevel ?? '',
    availableExtensions: namesIn(extensions),
    superuserRoles: namesIn(superusers),
  };
}

const namesIn = ({ rows }: { rows: (string | null)[][] }): Set<string> =>
  new Set(rows.flatMap(([name]) => (typeof name === 'string' ? [name] : [])));
