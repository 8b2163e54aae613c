import { restoreTaskSizes } from '../lib/contract/restore-task-sizes.ts';
import { estimateCostUsd } from '../lib/domain/sandbox/rds/cost.ts';
import { sizeInstance } from '../lib/domain/sandbox/rds/instance-sizing.ts';
import { storageBytesFor } from '../lib/domain/sandbox/storage-estimate.ts';

const region = 'us-east-1';

/** What a drill of a compressed dump costs in USD, by the sizes and prices that a drill of the account takes. */
export function drillCost(gibibytes: number) {
  const dumpBytes = gibibytes * 1024 ** 3;
  const storageBytes = storageBytesFor({ sizeBytes: dumpBytes, compressed: true });
  const sized = sizeInstance({ storageBytes, region, instanceClass: null, storageGib: null });
  const task = restoreTaskSizes.find(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes)!;
  const [instanceClass = ''] = sized.instanceClasses;
  const usd = estimateCostUsd({
    plan: { placements: [{ instanceClass, availabilityZone: null }], storageGib: sized.storageGib },
    taskVcpu: task.cpuUnits / 1024,
    taskMemoryGib: task.memoryMib / 1024,
    expectedRestoreSeconds: sized.expectedRestoreSeconds,
    region,
    dumpBytes,
  });
  return { usd, sized, task };
}
