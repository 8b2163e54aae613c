/**
 * What a drill costs. List prices of us-east-1, on demand, as of November 2026; a factor per region makes them others.
 *
 * Sources: RDS PostgreSQL single-AZ – AWS has no price page that was readable here, so these are the upper end of what
 * secondary sources of 2025 and 2026 give (infratally.com, usage.ai, public price tables; they differ by up to 10 %).
 * Step Functions: docs/facts.md#price-of-a-transition. Billing rules: RDS User Guide, "On-Demand DB instances".
 * An estimate for a cap and a figure for a record, never an invoice: discounts, taxes and credits are not in it.
 */

import type { RdsPlan } from './rds-plan.ts';
import { type TaskDisk, volumeThroughputMibps } from './task-disk.ts';

/** USD per hour of the size `large` (2 vCPU); each doubling of the size doubles it. m8g and r8g: our own estimate. */
const largeHourUsd: Readonly<Record<string, number>> = {
  t4g: 0.129,
  t3: 0.145,
  m6g: 0.159,
  m7g: 0.176,
  m8g: 0.185,
  m5: 0.178,
  m6i: 0.178,
  m7i: 0.187,
  r6g: 0.225,
  r7g: 0.25,
  r8g: 0.262,
  r5: 0.25,
  r6i: 0.25,
  r7i: 0.263,
};

/** Families not in the table cost as much as the dearest of it: a cap must not be passed by ignorance. */
const unknownLargeHourUsd = Math.max(...Object.values(largeHourUsd));

/** Share of `large` by size; from `xlarge` on, 2 per `xlarge`. */
const smallSizes: Readonly<Record<string, number>> = { micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1 };

/** gp3 per GiB and month, single-AZ. */
const storageGibMonthUsd = 0.115;
const hoursPerMonth = 730;
/** Fargate on ARM (docs/facts.md#prices-of-fargate). */
const fargate = {
  vcpuHourUsd: 0.03238,
  gibHourUsd: 0.00356,
  leastSeconds: 60,
  diskGibHourUsd: 0.000111,
  freeDiskGib: 20,
};
/** gp3 of EC2: by size, and by what it gives beyond 125 MiB/s (docs/facts.md#prices-of-volumes). */
const volume = { gibMonthUsd: 0.08, mibpsMonthUsd: 0.04, freeMibps: 125 };
/** RDS bills by the second, and ten minutes at least. */
const rdsLeastSeconds = 600;
/** S3 GET per request; the restore reads in ranges of 2 MiB (adapters/dump-stores/s3/ranged-reader.ts). */
const s3 = { getUsd: 0.0004 / 1000, rangeBytes: 2 * 1024 ** 2 };
/** 150 transitions at 0.000025, about 60 short Lambda calls, some 20 writes of evidence and ledger. */
const orchestrationUsd = 0.006;

/**
 * How much dearer RDS is than in us-east-1: our own estimate, rounded up. Others count as 1.35.
 */
const regionFactors: Readonly<Record<string, number>> = {
  'us-east-1': 1,
  'us-east-2': 1,
  'us-west-2': 1,
  'ca-central-1': 1.1,
  'eu-west-1': 1.1,
  'eu-north-1': 1.06,
  'eu-west-2': 1.14,
  'eu-west-3': 1.16,
  'eu-central-1': 1.18,
  'sa-east-1': 1.8,
};
const otherRegionFactor = 1.35;

/** Where the prices come from, for whoever shows them. */
export const priceBasis = 'approximate on-demand list prices, November 2026, us-east-1 scaled to the region';

const regionFactor = (region: string): number => regionFactors[region] ?? otherRegionFactor;

/** vCPUs of an RDS class such as `db.m7g.2xlarge`. */
export function vcpusOf(instanceClass: string): number {
  return Math.max(2, 2 * largesOf(instanceClass.split('.')[2] ?? ''));
}

function largesOf(size: string): number {
  const small = smallSizes[size];
  if (small !== undefined) return small;
  const times = /^(\d*)xlarge$/.exec(size)?.[1];
  // A size that is not understood counts as a large machine.
  return times === undefined ? 8 : 2 * Number(times === '' ? 1 : times);
}

/** On-demand USD per hour of a single-AZ PostgreSQL instance, storage not included. */
export function instanceHourUsd(instanceClass: string, region: string): number {
  const [, family = '', size = ''] = instanceClass.split('.');
  return (largeHourUsd[family] ?? unknownLargeHourUsd) * largesOf(size) * regionFactor(region);
}

/** USD per hour of provisioned gp3 storage. */
export function storageHourUsd(storageGib: number, region: string): number {
  return (storageGib * storageGibMonthUsd * regionFactor(region)) / hoursPerMonth;
}

export interface DrillCostFacts {
  plan: RdsPlan;
  /** Which place of the plan was used, from 0. @default 0 */
  placement?: number;
  taskVcpu: number;
  taskMemoryGib: number;
  /** Disk of a server inside the task, from which the instance is filled. @default none */
  taskDisk?: TaskDisk;
  /** How long the instance was billed: from available to deletion. 0: there never was one. */
  sandboxSeconds: number;
  taskSeconds: number;
  region: string;
  /** For the requests to S3. @default 0 */
  dumpBytes?: number;
}

/** What a drill cost, from what it used, in USD. */
export function actualCostUsd(facts: DrillCostFacts): number {
  const { plan, region } = facts;
  const place = plan.placements[facts.placement ?? 0] ?? plan.placements[0];
  const billedHours = facts.sandboxSeconds > 0 ? Math.max(facts.sandboxSeconds, rdsLeastSeconds) / 3600 : 0;
  const instance = place === undefined ? 0 : instanceHourUsd(place.instanceClass, region);
  const sandbox = billedHours * (instance + storageHourUsd(plan.storageGib, region));
  const task = taskUsd({
    ...{
      vcpu: facts.taskVcpu,
      memoryGib: facts.taskMemoryGib,
      ...(facts.taskDisk ?? { diskGib: 0 }),
      seconds: facts.taskSeconds,
      region,
    },
    dumpBytes: facts.dumpBytes ?? 0,
  });
  return rounded(sandbox + task + orchestrationUsd);
}

/** What a task used. */
interface TaskUse extends TaskDisk {
  vcpu: number;
  memoryGib: number;
  /** How long the task ran, from the pull of its image; 0: none did. */
  seconds: number;
  region: string;
  dumpBytes: number;
}

/** What a drill without an instance costs, in USD: its task, what it reads, and the machine around it. */
export const taskCostUsd = (use: TaskUse): number => rounded(taskUsd(use) + orchestrationUsd);

function taskUsd({ vcpu, memoryGib, diskGib, volumeGib = 0, seconds, region, dumpBytes }: TaskUse): number {
  const hours = seconds > 0 ? Math.max(seconds, fargate.leastSeconds) / 3600 : 0;
  const perHour =
    vcpu * fargate.vcpuHourUsd +
    memoryGib * fargate.gibHourUsd +
    Math.max(0, diskGib - fargate.freeDiskGib) * fargate.diskGibHourUsd +
    volumeHourUsd(volumeGib);
  const requests = Math.ceil(dumpBytes / s3.rangeBytes) * s3.getUsd;
  return hours * perHour * regionFactor(region) + requests;
}

/** USD per hour of the volume of a task, in us-east-1; it is billed by the second while it exists. */
function volumeHourUsd(volumeGib: number): number {
  if (volumeGib === 0) return 0;
  const throughput = (volumeThroughputMibps - volume.freeMibps) * volume.mibpsMonthUsd;
  return (volumeGib * volume.gibMonthUsd + throughput) / hoursPerMonth;
}

/** Checks, judging and deletion come on top of the restore: about 20 minutes in which the instance is still billed. */
export const aroundRestoreSeconds = 20 * 60;

interface CostEstimateFacts {
  plan: Pick<RdsPlan, 'placements' | 'storageGib'>;
  taskVcpu: number;
  taskMemoryGib: number;
  taskDisk?: TaskDisk;
  expectedRestoreSeconds: number;
  region: string;
  dumpBytes: number;
}

/** What a drill will cost, in USD, by the dearest place of its plan: a cap must hold wherever there is capacity. */
export function estimateCostUsd(facts: CostEstimateFacts): number {
  const { plan, expectedRestoreSeconds, ...rest } = facts;
  const full = { ...plan, engineVersion: '', parameterGroup: '', production: null, estimatedCostUsd: 0 };
  const costs = plan.placements.map((_place, placement) =>
    actualCostUsd({
      ...rest,
      plan: full,
      placement,
      sandboxSeconds: expectedRestoreSeconds + aroundRestoreSeconds,
      taskSeconds: expectedRestoreSeconds,
    }),
  );
  return Math.max(0, ...costs);
}

/** Hundredths of a cent: below that every figure is noise. */
const rounded = (usd: number): number => Math.ceil(usd * 10_000 - 1e-9) / 10_000;
