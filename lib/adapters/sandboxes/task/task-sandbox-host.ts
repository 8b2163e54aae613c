import type { SandboxTaskSize } from '../../../contract/sandbox-task-sizes.ts';
import { finding } from '../../../domain/findings/findings.ts';
import { taskCostUsd } from '../../../domain/sandbox/rds/cost.ts';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import { diskGibFor, diskOf, sizesHolding } from '../../../domain/sandbox/task-sizing.ts';
import type { Configuration } from '../../../ports/drill-ports.ts';
import type { RestoreTasks } from '../../../ports/restore-tasks.ts';
import type { Preflight, SandboxHost } from '../../../ports/sandbox.ts';
import type { RunningTasks } from '../../tasks/restore-tasks.ts';
import { type Budget, exceededCaps } from '../cost-caps.ts';
import type { TaskVolumes } from './task-volumes.ts';

/** What a door that plans knows beside. */
export interface TaskPlanning extends Budget {
  configuration: Pick<Configuration, 'database'>;
  /** Deployed sizes, smallest first; empty: no database of drills.yaml may use them. */
  sizes: readonly SandboxTaskSize[];
  region: string;
}

export interface TaskSandboxHostOptions {
  tasks: RestoreTasks & Pick<RunningTasks, 'running'>;
  /** Volumes of tasks; null: there can be none. */
  volumes: Pick<TaskVolumes, 'ofDrill'> | null;
  /** For `preflight`. */
  planning?: TaskPlanning;
}

const prefix = 'task-of-';

/** True for the id of a sandbox inside a restore task. */
export const isTaskSandbox = (sandboxId: string): boolean => sandboxId.startsWith(prefix);
const drillIdOf = (sandboxId: string): string => sandboxId.slice(prefix.length);

/**
 * Sandboxes as servers inside the restore task. The task makes its server itself and ends with it, so nothing is made
 * here: the sandbox is ready when the task starts, and gone when no task of the drill runs and ECS has deleted its volume.
 */
export function createTaskSandboxHost({
  tasks,
  volumes,
  planning,
}: TaskSandboxHostOptions): Omit<SandboxHost, 'sweep'> {
  return {
    kinds: ['task'],
    sandboxIdFor: (drillId) => prefix + drillId,
    preflight: async (demand) => preflight(demand, planning),
    async provision({ drillId, majorVersion }) {
      const sandboxId = prefix + drillId;
      // Where it really answers is known inside the task only.
      const address = { sandboxId, host: 'inside the restore task', port: 0, masterRole: '' };
      return { sandboxId, address: { ...address, serverVersion: String(majorVersion) } };
    },
    async look(sandboxId) {
      const drillId = drillIdOf(sandboxId);
      const left = (await tasks.running()).filter((task) => task.drillId === drillId);
      if (left.length > 0) return { state: 'pending', detail: 'its task is still stopping' };
      const [volume] = (await volumes?.ofDrill(drillId)) ?? [];
      return volume === undefined
        ? { state: 'gone' }
        : { state: 'pending', detail: `its volume ${volume} is still there` };
    },
    remove: (sandboxId) => tasks.stop(drillIdOf(sandboxId)),
  };
}

async function preflight(demand: SandboxDemand, planning: TaskPlanning | undefined): Promise<Preflight> {
  if (planning === undefined || planning.sizes.length === 0) {
    const message = 'no task of this stack can run a server';
    const hint = 'Set `sandbox.kind: task` for the database in drills.yaml and deploy again.';
    return { possible: false, findings: [finding('METHOD_UNAVAILABLE', message, hint)] };
  }
  const fitting = sizesHolding(planning.sizes, demand.storageBytes);
  if (fitting === null) {
    const most = Math.max(...planning.sizes.map(({ diskGib }) => diskGib));
    const message = `the server would need a task with ${diskGibFor(demand.storageBytes)} GiB of disk; it can have ${most} GiB`;
    const hint =
      'Drill it with `sandbox.kind: rds`, or set `sandbox.storage` when the estimate is too large.';
    return { possible: false, findings: [finding('SANDBOX_UNAVAILABLE', message, hint)] };
  }
  const [size] = fitting;
  const { vcpu, memoryGib } = size;
  const disk = diskOf(size, demand.storageBytes);
  const { sandbox } = planning.configuration.database(demand.database);
  const estimatedCostUsd = taskCostUsd({
    ...{ vcpu, memoryGib, ...disk, region: planning.region, dumpBytes: demand.dumpBytes },
    seconds: expectedSeconds(demand),
  });
  // A cap is for drills: on the day it is needed, a restore is not refused for the price of an hour.
  const findings =
    demand.mode === 'restore' ? [] : await exceededCaps(planning, sandbox.maxCostUsd, estimatedCostUsd);
  if (findings.length > 0) return { possible: false, findings };
  return {
    possible: true,
    plan: { kind: 'task', ...demand, task: { ...disk, estimatedCostUsd } },
    findings: [],
  };
}

/**
 * Start, restore, checks: a dump is loaded at 5 MB of what is stored per second on one processor, a base backup unpacked at
 * ten times that, because nothing is sorted or checked row by row. An estimate for a cap.
 */
const expectedSeconds = ({ dumpBytes, needs }: SandboxDemand): number =>
  120 + dumpBytes / (needs === undefined ? 5_000_000 : 50_000_000);
