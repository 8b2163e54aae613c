import type { RdsSandboxAccess } from '../../../adapters/sandboxes/rds/login/sandbox-access.ts';
import type { SandboxPlan } from '../../../domain/sandbox/sandbox-plan.ts';
import type { SandboxCleaner } from '../../../ports/drill-ports.ts';
import type { Recoverer, RestoreOptions } from '../../../ports/recovery.ts';
import { carryCluster } from '../../../recovery/carrying/carry-cluster.ts';
import { createRestorer } from '../../../recovery/logical/create-restorer.ts';
import { createRecoverer } from '../../../recovery/physical/create-recoverer.ts';
import { inspectBase } from '../../../recovery/physical/recovering/inspect-base.ts';
import { withServerInside } from './server-inside.ts';

/**
 * Recovers a base backup with a server inside this task and carries what came of it into an instance, which takes no base
 * backup itself.
 */
export function createCarryingRecoverer(
  plan: SandboxPlan,
  options: RestoreOptions,
  { access, cleaner }: { access: RdsSandboxAccess; cleaner: SandboxCleaner },
): Recoverer {
  return {
    inspect: (source) => inspectBase(source),
    async recover(request) {
      const { sandbox, signal, onProgress } = request;
      if (request.again) await cleaner.empty(sandbox);
      const demand = { ...plan, needs: 'data directory' as const };
      return withServerInside(demand, signal, async ({ host, address }) => {
        const account = await createRecoverer(host).recover({
          ...request,
          ...{ sandbox: address, again: false, carriedOn: true },
        });
        if (!account.complete) return account;
        const from = host.carriedFrom(address);
        const into = { sandbox, options, onProgress, signal };
        return carryCluster(account, from, (text) => createRestorer(access, text), into);
      });
    },
  };
}
