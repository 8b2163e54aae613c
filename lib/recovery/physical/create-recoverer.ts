import { dirname } from 'node:path';
import type { Recoverer } from '../../ports/recovery.ts';
import type { RecoveryPlace } from '../../ports/recovery-place.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { inspectBase } from './recovering/inspect-base.ts';
import { openArchivedWal } from './recovering/open-archived-wal.ts';
import { openAskedWal } from './recovering/open-asked-wal.ts';
import { recoverBase } from './recovering/recover-base.ts';

/** Where sandboxes are that a base backup can be recovered in. */
interface RecoveryHost extends SandboxAccess {
  recoveryPlace(sandboxId: string): RecoveryPlace;
}

/** The recoverer of a drill. */
export function createRecoverer(host: RecoveryHost): Recoverer {
  return {
    inspect: (source) => inspectBase(source),
    recover: (request) =>
      recoverBase(request, {
        place: host.recoveryPlace(request.sandbox.sandboxId),
        openWal: (request, room) => {
          const { dataDirectory, tablespaceDirectory } = host.recoveryPlace(request.sandbox.sandboxId);
          const folder = dirname(tablespaceDirectory);
          const { commands } = request.source;
          return room === null || commands === undefined
            ? openArchivedWal(request, dataDirectory, folder)
            : openAskedWal({ room, commands, signal: request.signal, dataDirectory, folder });
        },
        connection: (database) => host.connection(request.sandbox, database),
      }),
  };
}
