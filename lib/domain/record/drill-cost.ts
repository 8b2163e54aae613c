import type { DrillState } from '../drill/drill-state.ts';
import type { DrillPhase } from '../drill/facts.ts';
import { namesOfRecovery, phaseNames } from '../drill/phase-names.ts';
import { actualCostUsd, taskCostUsd } from '../sandbox/rds/cost.ts';
import { rdsPlanOf } from '../sandbox/sandbox-plan.ts';
import { secondsBetween } from '../time/spans.ts';
import type { DrillRecord } from './drill-record.ts';

/**
 * What the drill cost, from its phases; null where the sandbox was none that is paid for. It counts from the moment it
 * was asked for to the end of the teardown, or to `endedAt` when it was kept: a few minutes more than are billed.
 */
export function drillCost(
  state: DrillState,
  region: string | null,
  endedAt: string,
): NonNullable<DrillRecord['cost']> | null {
  if (region === null) return null;
  const taskSeconds = inTask.reduce((sum, name) => sum + secondsOf(state.phases, name), 0);
  if (state.plan?.kind === 'task') {
    const { diskGib, volumeGib = 0, estimatedCostUsd } = state.plan.task;
    const actualUsd = taskCostUsd({
      ...{
        vcpu: state.restoreTask?.vcpu ?? 0,
        memoryGib: state.restoreTask?.memoryGib ?? 0,
        ...{ diskGib, volumeGib, region },
      },
      // The checks run in the same task.
      seconds: taskSeconds + secondsOf(state.phases, phaseNames.checks),
      dumpBytes: state.restored?.bytesRead ?? 0,
    });
    return { estimatedUsd: estimatedCostUsd, actualUsd };
  }
  const plan = rdsPlanOf(state.plan);
  if (plan === null) return null;
  const provisioned = state.phases.find(({ name }) => name === phaseNames.provision);
  return {
    estimatedUsd: plan.estimatedCostUsd,
    actualUsd: actualCostUsd({
      plan,
      placement: state.sandbox?.placement ?? 0,
      taskVcpu: state.restoreTask?.vcpu ?? 0,
      taskMemoryGib: state.restoreTask?.memoryGib ?? 0,
      ...(state.plan?.taskDisk === undefined ? {} : { taskDisk: state.plan.taskDisk }),
      sandboxSeconds:
        provisioned === undefined ? 0 : Math.max(0, secondsBetween(provisioned.startedAt, endedAt)),
      taskSeconds,
      region,
      dumpBytes: state.restored?.bytesRead ?? 0,
    }),
  };
}

/** Phases of the restore task. */
const inTask = [phaseNames.restore, phaseNames.read, ...Object.values(namesOfRecovery)];

const secondsOf = (phases: DrillPhase[], name: string): number =>
  phases.filter((phase) => phase.name === name).reduce((sum, { seconds }) => sum + seconds, 0);
