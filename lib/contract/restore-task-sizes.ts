/**
 * One deployed size of the restore task. CDK cannot override ephemeral storage per run, so there are several task
 * definitions (docs/facts.md#storage-of-a-task).
 */
export interface RestoreTaskSize {
  /** Name of the task definition family. */
  taskDefinition: string;
  /** Dumps up to this size run in it; the last one takes everything. */
  upToDumpBytes: number;
  vcpu: number;
  memoryGib: number;
}

/** Sizes that are deployed, smallest first: the restore streams, so processors matter and disk does not. */
export const restoreTaskSizes = [
  { name: 'small', upToDumpBytes: 2 * 1024 ** 3, cpuUnits: 1024, memoryMib: 2048 },
  { name: 'medium', upToDumpBytes: 50 * 1024 ** 3, cpuUnits: 4096, memoryMib: 8192 },
  { name: 'large', upToDumpBytes: Number.MAX_SAFE_INTEGER, cpuUnits: 8192, memoryMib: 16384 },
] as const;
