/**
 * One deployed size of a restore task that runs a server inside itself. Its disk cannot be set per run, so there are
 * several task definitions (docs/facts.md#storage-of-a-task); beyond the largest, a volume is made for the run.
 */
export interface SandboxTaskSize {
  /** Name of the task definition family. */
  taskDefinition: string;
  vcpu: number;
  memoryGib: number;
  /** Ephemeral storage, which the image takes a part of; with `volumeRole`, the most that its volume may have. */
  diskGib: number;
  /** ARN of the role with which ECS makes and deletes the volume of a run; absent: it has none. */
  volumeRole?: string;
}

/** Sizes that are deployed, smallest first. Fargate gives 21 to 200 GiB of ephemeral storage. */
export const sandboxTaskSizes = [
  { name: 'small', cpuUnits: 1024, memoryMib: 4096, diskGib: 30 },
  { name: 'medium', cpuUnits: 2048, memoryMib: 8192, diskGib: 100 },
  { name: 'large', cpuUnits: 4096, memoryMib: 16384, diskGib: 200 },
] as const;

/** The size whose server lies on a volume of its own, made for one run, of as many GiB as it needs. */
export const volumeTaskSize = { cpuUnits: 4096, memoryMib: 16384, mostGib: 16_384 } as const;

/** Name of the volume of the server in every such task definition. */
export const serverVolumeName = 'servers';
