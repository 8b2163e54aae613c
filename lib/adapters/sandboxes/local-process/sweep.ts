import type { Leftover } from '../../../ports/sandbox.ts';
import { type Lease, leasedDirectories } from './lease.ts';
import { lookAtProcess } from './process-identity.ts';
import { removeSandboxDirectory } from './remove-sandbox.ts';
import { removeAbandoned } from './sealed-directory.ts';

/**
 * Removes sandboxes that nobody needs any more, and tells what stays. A sandbox whose drill still runs stays even when
 * its lease has ended: its process is alive and will remove it.
 *
 * @throws DrillError TEARDOWN_FAILED after all others were dealt with, when one could not be removed.
 */
export async function sweepSandboxes(
  parents: string[],
  now: Date,
  dryRun: boolean,
): Promise<{ removed: Leftover[]; kept: Leftover[] }> {
  const removed: Leftover[] = [];
  const kept: Leftover[] = [];
  let failure: unknown = null;
  for (const parent of parents) {
    for (const { directory, lease } of leasedDirectories(parent)) {
      const leftover = describe(directory, lease);
      if (!isLeftover(lease, now)) {
        kept.push(leftover);
        continue;
      }
      try {
        if (!dryRun) await removeSandboxDirectory(directory);
        removed.push(leftover);
      } catch (error) {
        failure ??= error;
        kept.push(leftover);
      }
    }
    if (!dryRun) await removeAbandoned(parent, now);
  }
  if (failure !== null) throw failure;
  return { removed, kept };
}

/** A process that cannot be judged from here (another container) keeps its sandbox until the lease ends. */
function isLeftover({ owner, released, leaseExpiresAt }: Lease, now: Date): boolean {
  const expired = Date.parse(leaseExpiresAt) <= now.getTime();
  if (released) return expired;
  const state = lookAtProcess(owner);
  return state === 'dead' || (state === 'elsewhere' && expired);
}

function describe(directory: string, { drillId, leaseExpiresAt, majorVersion, server }: Lease): Leftover {
  const running = server !== null && lookAtProcess(server) === 'running';
  const what = `PostgreSQL ${majorVersion} sandbox in ${directory}${running ? ` (server process ${server.pid})` : ''}`;
  return { what, drillId, leaseExpiresAt };
}
