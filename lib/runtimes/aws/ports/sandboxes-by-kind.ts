import { isTaskSandbox } from '../../../adapters/sandboxes/task/task-sandbox-host.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';

/** The sandboxes of an account: instances, and servers inside the restore task. Ids tell which is which. */
export function sandboxesByKind({
  rds,
  task,
}: {
  rds: SandboxHost;
  /** Its tasks are swept with those of the others. */
  task: Omit<SandboxHost, 'sweep'>;
}): SandboxHost {
  const of = (sandboxId: string) => (isTaskSandbox(sandboxId) ? task : rds);
  return {
    kinds: ['rds', 'task'],
    sandboxIdFor: (drillId, kind) => (kind === 'task' ? task : rds).sandboxIdFor(drillId),
    async preflight(demand, kind) {
      if (kind === 'task') return task.preflight(demand);
      if (demand.needs === undefined) return rds.preflight(demand);
      // What is recovered inside the task and carried into an instance needs room in both, and both are paid for.
      const within = await task.preflight(demand);
      if (!within.possible) return within;
      const { plan } = within;
      if (plan.kind !== 'task') return rds.preflight(demand);
      const { estimatedCostUsd: _counted, ...taskDisk } = plan.task;
      return rds.preflight({ ...demand, taskDisk });
    },
    provision: (plan, placement) => (plan.kind === 'task' ? task : rds).provision(plan, placement),
    look: (sandboxId) => of(sandboxId).look(sandboxId),
    remove: (sandboxId) => of(sandboxId).remove(sandboxId),
    sweep: (options) => rds.sweep(options),
    ...(rds.promotion === undefined ? {} : { promotion: rds.promotion }),
  };
}
