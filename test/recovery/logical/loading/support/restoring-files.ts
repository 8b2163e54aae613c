import { stat } from 'node:fs/promises';
import { createFileDumpStore } from '../../../../../lib/adapters/dump-stores/folder/folder-dump-store.ts';
import type { RestoreAccount } from '../../../../../lib/domain/recovery/restore-account.ts';
import { createRestorer } from '../../../../../lib/recovery/logical/create-restorer.ts';
import { aRestoreRequest } from '../../../../support/restore-request.ts';
import type { TestServer } from '../../../../support/server.ts';
import { aHeader } from './events.ts';
import type { Restoring } from './restoring.ts';

/** Restores a dump file or directory into a test server, as a drill does. */
export async function restoreFile(
  server: TestServer,
  path: string,
  { options, signal, onProgress }: Restoring = {},
): Promise<RestoreAccount> {
  const { store, key } = await createFileDumpStore(path);
  const found = await stat(path);
  return createRestorer(server.accessOfRds).restore(
    aRestoreRequest({
      dump: { key, directory: found.isDirectory(), sizeBytes: found.size, header: aHeader() },
      store,
      sandbox: server.address,
      options,
      ...(onProgress === undefined ? {} : { onProgress }),
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}
