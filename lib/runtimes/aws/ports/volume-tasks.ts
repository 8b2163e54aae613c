import { createTaskVolumes, type TaskVolumes } from '../../../adapters/sandboxes/task/task-volumes.ts';
import { createVolumeTasks } from '../../../adapters/tasks/volume-tasks.ts';
import type { VolumeTasks } from '../../../ports/volume-tasks.ts';
import { systemClock } from '../../system-clock.ts';
import { ec2Client, ecsClient, sfnClient } from '../clients.ts';
import { deployedConfig } from '../configuration.ts';
import { readEnvironment } from '../environment.ts';
import { waitingState } from '../task-token.ts';

/** The role with which ECS makes volumes; null: no task of this stack can have one. */
function volumeRole(): string | null {
  const { sandboxTasks } = readEnvironment(['sandboxTasks']);
  return sandboxTasks.find((size) => size.volumeRole !== undefined)?.volumeRole ?? null;
}

/** Restore tasks with a volume; null where no drill runs a server inside its task. */
export function volumeTasksPort(): VolumeTasks | null {
  const role = volumeRole();
  if (role === null) return null;
  const { stackName, restoreCluster } = readEnvironment(['stackName', 'restoreCluster']);
  return createVolumeTasks({
    ecs: ecsClient(),
    cluster: restoreCluster,
    clock: systemClock,
    stackName,
    tags: deployedConfig().aws?.tags ?? {},
    volumeRole: role,
    heartbeat: async (taskToken) => (await waitingState(sfnClient(), taskToken).heartbeat()) === 'taken',
  });
}

/** What is left of their volumes; null where there can be none. */
export function taskVolumesPort(): TaskVolumes | null {
  if (volumeRole() === null) return null;
  const { stackName, restoreCluster } = readEnvironment(['stackName', 'restoreCluster']);
  return createTaskVolumes({ ec2: ec2Client(), stackName, cluster: restoreCluster });
}
