import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLocalSandboxHost } from '../../../adapters/sandboxes/local-process/local-sandbox-host.ts';
import type { LocalSandboxHost } from '../../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { serverFolder, serversRoot } from '../../../contract/names.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import type { SandboxAddress } from '../../../domain/sandbox/address.ts';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import { systemClock } from '../../system-clock.ts';

/** A server of this task, ready. */
interface ServerInside {
  host: LocalSandboxHost;
  address: SandboxAddress;
  /** What keeps other servers from their surroundings and not this one, in sentences. */
  absentWalls: string[];
}

/** A cluster is made in seconds; a directory for a recovery at once. */
const readySeconds = 120;

/**
 * Makes a server inside this task, lets it be used, and removes it, whatever came of it.
 *
 * @param demand with `hooks`: programs of the user's will change what was restored
 * @throws DrillError SANDBOX_UNAVAILABLE when it does not come up
 */
export async function withServerInside<Result>(
  { hooks, ...demand }: SandboxDemand & { hooks?: boolean },
  signal: AbortSignal,
  use: (server: ServerInside) => Promise<Result>,
): Promise<Result> {
  const host = createLocalSandboxHost({
    stateDirectory: serverFolder,
    cacheDirectory: join(serverFolder, 'cache'),
    preparedRoot: serversRoot,
    // The credentials of the task are in reach of whoever shares its network and files.
    requireWalls: true,
    hooks: hooks ?? false,
    clock: systemClock,
  });
  const { sandboxId } = await host.provision({ ...demand, kind: 'local-process' });
  try {
    return await use({ host, ...(await ready(host, sandboxId, signal)) });
  } finally {
    await host.remove(sandboxId);
  }
}

async function ready(
  host: LocalSandboxHost,
  sandboxId: string,
  signal: AbortSignal,
): Promise<Pick<ServerInside, 'address' | 'absentWalls'>> {
  const deadline = performance.now() + readySeconds * 1000;
  for (;;) {
    signal.throwIfAborted();
    const look = await host.look(sandboxId);
    if (look.state === 'ready') return { address: look.address, absentWalls: look.absentWalls ?? [] };
    if (look.state !== 'pending' || performance.now() > deadline) {
      const reason =
        look.state === 'broken' ? look.reason : `it was ${look.state} after ${readySeconds} seconds at most`;
      throw new DrillError(
        look.state === 'broken' ? (look.code ?? 'SANDBOX_UNAVAILABLE') : 'SANDBOX_UNAVAILABLE',
        `the server inside the restore task did not come up: ${reason}`,
        { fault: 'service' },
      );
    }
    await sleep(100, undefined, { signal });
  }
}
