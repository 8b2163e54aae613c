import type { RestoreTaskPlace } from '../../../domain/sandbox/rds/tasks.ts';
import { readEnvironment } from '../environment.ts';

/** Chooses the smallest deployed task size that takes the dump; the largest takes everything. */
export function restorePlacePort(): (dumpBytes: number) => RestoreTaskPlace {
  const { restoreTasks, restoreNetwork } = readEnvironment(['restoreTasks', 'restoreNetwork']);
  return (dumpBytes) => {
    // The schema asks for one size at least.
    const size = restoreTasks.find(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes) ?? restoreTasks.at(-1)!;
    const { taskDefinition, vcpu, memoryGib } = size;
    return { taskDefinition, ...restoreNetwork, vcpu, memoryGib };
  };
}
