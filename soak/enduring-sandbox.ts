import type { LocalSandboxHost } from '../lib/adapters/sandboxes/local-process/local-sandbox-options.ts';
import type { PooledSandboxes } from '../test/corpus/support/pooled-sandboxes.ts';
import type { TestServer } from '../test/support/server.ts';

/**
 * A sandbox that comes back after a restart, as an RDS instance does and a process of this machine does not: its
 * address stays, and a look at it says that it is ready.
 *
 * @param directoryOf where its socket lies, when there is something between the drill and the server
 */
export function enduringSandbox(
  host: LocalSandboxHost,
  server: TestServer,
  directoryOf: () => string,
): PooledSandboxes {
  let busy: string | null = null;
  return {
    ...host,
    provision: async (plan) => {
      await server.clear();
      busy = host.sandboxIdFor(plan.drillId);
      return { sandboxId: busy };
    },
    look: async (sandboxId) =>
      busy === sandboxId
        ? { state: 'ready', address: { ...server.address, sandboxId, host: directoryOf() } }
        : { state: 'gone' },
    remove: async () => {
      busy = null;
      await server.clear();
    },
    connection: (address, database) => server.access.connection(address, database),
    administration: async () => ({
      ...{ host: directoryOf(), port: server.port, user: server.superuser, database: 'postgres' },
    }),
    close: async () => {},
  };
}
