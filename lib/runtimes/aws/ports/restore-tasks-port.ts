import { createRestoreTasks } from '../../../adapters/tasks/restore-tasks.ts';
import type { RestoreTasks } from '../../../ports/restore-tasks.ts';
import { ecsClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';

/** ECS tasks of drills: what became of one, and how to stop it. */
export const restoreTasksPort = (): RestoreTasks =>
  createRestoreTasks({ ecs: ecsClient(), cluster: readEnvironment(['restoreCluster']).restoreCluster });
