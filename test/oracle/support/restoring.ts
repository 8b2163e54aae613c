import { stat } from 'node:fs/promises';
import { createFileDumpStore } from '../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import { bareHeader } from '../../../lib/domain/backup/dump.ts';
import type { RestoreAccount } from '../../../lib/domain/recovery/restore-account.ts';
import type { RestoreOptions } from '../../../lib/ports/recovery.ts';
import { createRestorer } from '../../../lib/recovery/logical/create-restorer.ts';
import { aRestoreRequest } from '../../support/restore-request.ts';
import type { TestServer } from '../../support/server.ts';

/** What selection would know of a dump; the restorer reads the real header itself. */
const unknownHeader = bareHeader({ layout: 'plain', wrappings: [], archiveVersion: null });

/** Restores a dump file or directory with our restorer, as a drill does. */
export async function restoreOurs(
  server: TestServer,
  path: string,
  options: Partial<RestoreOptions> = {},
  signal: AbortSignal = new AbortController().signal,
  asRds = false,
): Promise<RestoreAccount> {
  const { store, key } = await createFileDumpStore(path);
  const found = await stat(path);
  const etag = (await store.stat(key))?.etag;
  return createRestorer(asRds ? server.accessOfRds : server.access).restore(
    aRestoreRequest({
      dump: {
        key,
        directory: found.isDirectory(),
        sizeBytes: found.size,
        header: unknownHeader,
        ...(etag === undefined ? {} : { etag }),
      },
      store,
      sandbox: server.address,
      options: { connections: 3, ...options },
      signal,
    }),
  );
}

/** The database that a dump of one database went to. */
export function onlyDatabase(account: RestoreAccount): string {
  const [database] = account.databases;
  if (database === undefined || account.databases.length > 1)
    throw new Error(`the dump went to ${account.databases.length} databases`);
  return database.name;
}
