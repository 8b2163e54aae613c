import type { Readable } from 'node:stream';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Restorer } from '../../ports/recovery.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { defaultReadingLimits } from '../streams/bytes/reading-limits.ts';
import { dumpSourceOf } from './dump-source.ts';
import { LogicalRestorer } from './logical-restorer.ts';
import { announcementsIn } from './policy/announcements.ts';
import { databaseRequest } from './policy/databases.ts';
import { loadPolicy } from './policy/load-policy.ts';
import { type DumpSource, openDump } from './reading/open-dump.ts';

/**
 * The restorer of a drill, with the policy and the readers of this room.
 *
 * @param piped the bytes of a dump that is made while it is read; absent: they lie in the store of the request
 */
export function createRestorer(access: SandboxAccess, piped?: Readable): Restorer {
  return new LogicalRestorer({
    access,
    loadPolicy: async () => ({ ...(await loadPolicy()), databaseRequest, announcementsIn }),
    openDump: ({
      store,
      dump,
      signal,
      options: { passphrase, privateKey, member, maxStatementBytes, maxRatio },
    }) =>
      openDump(piped === undefined ? dumpSourceOf(store, dump, signal) : pipedSource(piped), {
        passphrase,
        privateKey: privateKey ?? null,
        member: member ?? null,
        limits: { ...defaultReadingLimits, statementBytes: maxStatementBytes, ratio: maxRatio },
      }),
  });
}

/** @throws DrillError SANDBOX_LOST when it is opened again: what was read is gone, and so is the session that lost it */
function pipedSource(text: Readable): DumpSource {
  let opened = false;
  return {
    kind: 'stream',
    open: async () => {
      if (opened)
        throw new DrillError(
          'SANDBOX_LOST',
          'the connection to the sandbox was lost while a cluster was carried into it',
          {
            hint: 'Start it again.',
            fault: 'service',
            retryable: true,
          },
        );
      opened = true;
      return text;
    },
    sizeBytes: null,
  };
}
