/** One size that the restore task may have. */
interface TaskSize {
  taskDefinition: string;
  vcpu: number;
  memoryGib: number;
}

/** Where the restore task runs; made by "Prepare restore". Local runs fill it with nothing. */
export interface RestoreTaskPlace {
  taskDefinition: string;
  subnets: string[];
  securityGroups: string[];
  assignPublicIp: 'ENABLED' | 'DISABLED';
  /** Size of the task, for its price; absent on one machine. */
  vcpu?: number;
  memoryGib?: number;
  /**
   * Present: the restore runs as this task definition, with a volume of that size for its server. What else runs in the
   * place – long checks beside an instance – needs none, and takes `taskDefinition`.
   */
  volume?: { taskDefinition: string; sizeGib: number };
  /** Sizes to take in turn where there is no capacity for this one; absent or empty: none. */
  others?: TaskSize[];
}

/**
 * The smallest size that takes the dump – the largest takes everything – and the others in the order in which they are
 * tried when Fargate has no capacity for it: larger ones first, then those that are small for the dump, which is slow
 * and still a proof. `sizes` are at least one, smallest first.
 */
export function taskSizesFor(
  sizes: readonly (TaskSize & { upToDumpBytes: number })[],
  dumpBytes: number,
): { chosen: TaskSize; others: TaskSize[] } {
  const fitting = sizes.findIndex(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes);
  const index = fitting === -1 ? sizes.length - 1 : fitting;
  const [chosen, ...others] = [...sizes.slice(index), ...sizes.slice(0, index).toReversed()].map(
    ({ taskDefinition, vcpu, memoryGib }) => ({ taskDefinition, vcpu, memoryGib }),
  );
  if (chosen === undefined) throw new RangeError('no size of the restore task is deployed');
  return { chosen, others };
}

/** The next size to try, null when all were. */
export function nextTaskSize(place: RestoreTaskPlace): RestoreTaskPlace | null {
  const [next, ...others] = place.others ?? [];
  return next === undefined ? null : { ...place, ...next, others };
}

/** A container of the user's that is to run, or ran, against the sandbox. */
export interface HookRun {
  taskDefinition: string;
  /** Environment that the machine passes to both containers, as ECS takes it. No secret. */
  environment: { Name: string; Value: string }[];
  timeoutSeconds: number;
}
