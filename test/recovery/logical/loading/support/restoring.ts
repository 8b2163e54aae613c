import type { RestoreAccount, RestoreProgress } from '../../../../../lib/domain/recovery/restore-account.ts';
import type { RestoreOptions } from '../../../../../lib/ports/recovery.ts';
import type { DumpEvent } from '../../../../../lib/recovery/logical/dump/dump-stream.ts';
import { LogicalRestorer } from '../../../../../lib/recovery/logical/logical-restorer.ts';
import { announcementsIn } from '../../../../../lib/recovery/logical/policy/announcements.ts';
import { databaseRequest } from '../../../../../lib/recovery/logical/policy/databases.ts';
import { loadPolicy } from '../../../../../lib/recovery/logical/policy/load-policy.ts';
import { aRestoreRequest } from '../../../../support/restore-request.ts';
import type { TestServer } from '../../../../support/server.ts';
import { aHeader, reading } from './events.ts';

export interface Restoring {
  options?: Partial<RestoreOptions>;
  signal?: AbortSignal;
  onProgress?(progress: RestoreProgress): void;
}

/** Restores hand-built events into a test server with our restorer. `events` is called once per reading. */
export function restore(
  server: TestServer,
  events: () => Iterable<DumpEvent> | AsyncGenerator<DumpEvent, void, undefined>,
  { options, signal, onProgress }: Restoring = {},
): Promise<RestoreAccount> {
  const request = aRestoreRequest({
    dump: { header: aHeader() },
    sandbox: server.address,
    options,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
  });
  const restorer = new LogicalRestorer({
    access: server.accessOfRds,
    openDump: () => {
      const made = events();
      const reader = Symbol.asyncIterator in made ? made : reading(made);
      return { reader, sha256: async () => null, bytesRead: () => 0, close: () => {} };
    },
    loadPolicy: async () => ({ ...(await loadPolicy()), databaseRequest, announcementsIn }),
  });
  return restorer.restore(request);
}

/** Drops what a test made, so that the next finds a fresh server. */
export async function dropDatabases(server: TestServer): Promise<void> {
  const names = await server.sql(
    'postgres',
    `SELECT datname FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1')`,
  );
  for (const [name] of names) await server.sql('postgres', `DROP DATABASE "${String(name)}" WITH (FORCE)`);
  const roles = await server.sql(
    'postgres',
    `SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'master')`,
  );
  for (const [name] of roles) await server.sql('postgres', `DROP ROLE "${String(name)}"`);
}
