import type { Restorer } from '../../ports/restorer.ts';
import type { SandboxAccess } from '../../ports/sandbox-access.ts';
import { dumpSourceOf } from './dump-source.ts';
import { NativeRestorer } from './logical-restorer.ts';
import { databaseRequest, loadPolicy } from './policy/load-policy.ts';
import { openDump } from './reading/open-dump.ts';

/** The restorer of a drill, with the policy and the readers of this room. */
export function createRestorer(access: SandboxAccess): Restorer {
  return new NativeRestorer({
    access,
    loadPolicy: async () => ({ ...(await loadPolicy()), databaseRequest }),
    openDump: ({ store, dump, signal, options: { passphrase } }) =>
      openDump(dumpSourceOf(store, dump, signal), { passphrase }),
  });
}
