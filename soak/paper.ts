import { walkDrill } from '../bench/aws-walk.ts';
import { restoreTaskSizes } from '../lib/contract/restore-task-sizes.ts';
import { sandboxTaskSizes } from '../lib/contract/sandbox-task-sizes.ts';
import { estimateCostUsd, priceBasis, taskCostUsd } from '../lib/domain/sandbox/rds/cost.ts';
import { sizeInstance, storageLimitsGib } from '../lib/domain/sandbox/rds/instance-sizing.ts';
import { storageBytesFor } from '../lib/domain/sandbox/storage-estimate.ts';
import { drillMachine, restoreTimeoutSeconds } from '../lib/machine/definition.ts';
import { stateNames } from '../lib/machine/state-names.ts';
import type { Trial } from './trial.ts';

const region = 'us-east-1';
const gibibyte = 1024 ** 3;

/** What AWS grants, with where it stands. Those of new accounts are lower and rise with use. */
const quotas = {
  /** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
  historyEvents: 25_000,
  /** docs/facts.md#quotas-of-rds */
  rdsInstances: 40,
  rdsStorageGib: 100_000,
  /** docs/facts.md#quotas-of-fargate: of new accounts. */
  fargateVcpus: 6,
  /** docs/facts.md#reserved-concurrency-in-new-accounts, and 1,000 in others. */
  lambdaRuns: { newAccount: 10, others: 1000 },
  /** A new table, at once: https://repost.aws/knowledge-center/on-demand-table-throttling-dynamodb */
  tableWritesPerSecond: 4000,
  /** Per prefix: https://docs.aws.amazon.com/AmazonS3/latest/userguide/optimizing-performance.html */
  objectReadsPerSecond: 5500,
  /** Of one page of ListObjectsV2. */
  keysPerListing: 1000,
  /** https://docs.aws.amazon.com/scheduler/latest/UserGuide/scheduler-quotas.html, in the large regions. */
  schedulesPerSecond: 1000,
};

/** As adapters/dump-stores/s3/ranged-reader.ts asks. */
const rangeBytes = 2 * 1024 ** 2;
/** As domain/config/account.ts sets it where drills.yaml does not. */
const slots = 4;
const databases = 200;
const days = 30;
/** 8 min until the instance is available, 13 of restoring, 3 of checks, 6 until it is gone. */
const rdsDrill = { provisionSeconds: 480, teardownSeconds: 360, checks: 24, seconds: 1800 };
const taskDrill = { provisionSeconds: 30, teardownSeconds: 60, checks: 24, seconds: 360 };
/** Ledger lines, locks, slots and notes of one drill; each item is of some kilobytes. */
const writesPerDrill = 20;
/** A drill waits for a slot for a day (steps/take-slot.ts). */
const longestWaitSeconds = 24 * 3600;

/** What a deployment of 200 databases and a dump of 5 TB ask of AWS, from the definitions; what breaks first. */
export const paper: Trial = {
  name: 'paper',
  what: `on paper: ${databases} databases with a monthly RDS drill and a daily task drill each, a 5 TB dump, 10,000 objects per prefix`,
  fullCount: 1,
  run: async (cases) => {
    cases.next();
    return {
      figures: [...events(), ...slotsOfOneMoment(), ...quotaUse(), ...largeDump(), ...listings(), ...costs()],
      failures: [],
    };
  },
};

type Figure = [name: string, value: string];

const whole = (value: number): string => Math.round(value).toLocaleString('en-US');
const usd = (value: number): string => `${value.toFixed(2)} USD`;

/** What one look for a slot writes into the history: a wait, a Lambda, a choice. */
const eventsPerSlotLook = 2 + 5 + 2;

function events(): Figure[] {
  const one = walkDrill(rdsDrill);
  const waitSeconds = (drillMachine().States[stateNames.waitForSlot] as { Seconds: number }).Seconds;
  const withWait = one.events + (longestWaitSeconds / waitSeconds) * eventsPerSlotLook;
  // Each check is an iteration and a Lambda: 7 events.
  const mostChecks = Math.floor((quotas.historyEvents - withWait + rdsDrill.checks * 7) / 7);
  return [
    [
      'events of an RDS drill with 24 checks',
      `${whole(one.events)} of ${whole(quotas.historyEvents)}; ${whole(one.transitions)} transitions`,
    ],
    ['the same after a day of waiting for a slot', whole(withWait)],
    [
      'most checks of one drill, after such a wait',
      `${whole(mostChecks)}; beyond, the execution fails and is cleaned up`,
    ],
  ];
}

/** All at one moment, which is what people write into cron. */
function slotsOfOneMoment(): Figure[] {
  const most = ({ seconds }: { seconds: number }, at: number): number =>
    Math.floor((longestWaitSeconds / seconds) * at) + at;
  const hours = ({ seconds }: { seconds: number }): string =>
    ((databases * seconds) / slots / 3600).toFixed(1);
  return [
    [
      `${databases} RDS drills of one moment, ${slots} at once (the default)`,
      `the last begins after ${hours(rdsDrill)} h; beyond ${most(rdsDrill, slots)} the rest is COULD_NOT_VERIFY (NO_FREE_SLOT)`,
    ],
    [
      `${databases} task drills of one moment, ${slots} at once`,
      `the last begins after ${hours(taskDrill)} h; beyond ${most(taskDrill, slots)}: NO_FREE_SLOT`,
    ],
    ['with maxConcurrentDrills: 20', `RDS drills of one moment: ${most(rdsDrill, 20)}`],
  ];
}

function quotaUse(): Figure[] {
  const [small] = restoreTaskSizes;
  const vcpus = small.cpuUnits / 1024;
  const server = sandboxTaskSizes[1].cpuUnits / 1024;
  const perDrill = (drillMachine().States[stateNames.runChecks] as { MaxConcurrency: number }).MaxConcurrency;
  return [
    [
      'RDS instances',
      `${slots} of ${quotas.rdsInstances}; ${quotas.rdsInstances} drills at once fill it, with nothing left for production`,
    ],
    [
      'Fargate vCPUs',
      `${slots * vcpus} (small), ${slots * server} (medium with a server inside) of ${quotas.fargateVcpus} in a new account: ${Math.floor(quotas.fargateVcpus / server)} medium task drills at once; the next waits for capacity`,
    ],
    [
      'Lambda at once',
      `${slots * perDrill} of ${whole(quotas.lambdaRuns.others)} (${perDrill} checks of each drill at once); a new account's ${quotas.lambdaRuns.newAccount} are passed by ${Math.ceil(quotas.lambdaRuns.newAccount / perDrill)} drills, and are retried`,
    ],
    ['network interfaces', `${slots * 2} and those of the functions: one of each instance and task`],
    ['schedules of one second', `${databases * 2} of ${whole(quotas.schedulesPerSecond)}`],
    [
      'writes of the ledger when all begin at once',
      `${whole(databases * 2)} locks of ${whole(quotas.tableWritesPerSecond)} a second; ${whole(databases * (days + 1) * writesPerDrill)} writes a month`,
    ],
  ];
}

interface LargeDrill {
  storageGib: number;
  hours: number;
  usd: number;
}

function drillOf(dumpBytes: number): LargeDrill {
  const storageBytes = storageBytesFor({ sizeBytes: dumpBytes, compressed: true });
  const sized = sizeInstance({ storageBytes, region, instanceClass: null, storageGib: null });
  const task =
    restoreTaskSizes.find(({ upToDumpBytes }) => dumpBytes <= upToDumpBytes) ?? restoreTaskSizes[2];
  return {
    storageGib: sized.storageGib,
    hours: sized.expectedRestoreSeconds / 3600,
    usd: estimateCostUsd({
      plan: {
        placements: sized.instanceClasses.map((instanceClass) => ({ instanceClass, availabilityZone: null })),
        storageGib: sized.storageGib,
      },
      taskVcpu: task.cpuUnits / 1024,
      taskMemoryGib: task.memoryMib / 1024,
      expectedRestoreSeconds: sized.expectedRestoreSeconds,
      region,
      dumpBytes,
    }),
  };
}

function largeDump(): Figure[] {
  const bytes = 5e12;
  const drill = drillOf(bytes);
  const inTime = largestWhere((size) => drillOf(size).hours * 3600 <= restoreTimeoutSeconds);
  const onDisk = largestWhere((size) => drillOf(size).storageGib <= storageLimitsGib.most);
  const asText = (size: number): string => `${(size / 1e12).toFixed(1)} TB`;
  return [
    [
      'a compressed dump of 5 TB: disk',
      `${whole(drill.storageGib)} GiB of ${whole(storageLimitsGib.most)} for one instance and ${whole(quotas.rdsStorageGib)} for all`,
    ],
    [
      'time of its restore, estimated',
      `${drill.hours.toFixed(0)} h of ${restoreTimeoutSeconds / 3600}: the task is ended before`,
    ],
    [
      'its requests to S3',
      `${whole(bytes / rangeBytes)}; ${whole(bytes / rangeBytes / (drill.hours * 3600))} a second of ${whole(quotas.objectReadsPerSecond)}`,
    ],
    ['its cost, estimated', usd(drill.usd)],
    ['largest compressed dump by time, by disk', `${asText(inTime)}, ${asText(onDisk)}`],
  ];
}

/** In steps of 100 GiB. */
function largestWhere(holds: (dumpBytes: number) => boolean): number {
  let size = 0;
  while (holds(size + 100 * gibibyte)) size += 100 * gibibyte;
  return size;
}

function listings(): Figure[] {
  const objects = 10_000;
  const pages = Math.ceil(objects / quotas.keysPerListing);
  return [
    [
      'listing of 10,000 objects of one prefix',
      `${pages} requests in turn, some ${(pages * 0.15).toFixed(1)} s of the 900 s of "Select dump"; ${usd((pages * databases * (days + 1) * 0.005) / 1000)} a month for all drills`,
    ],
  ];
}

function costs(): Figure[] {
  const monthly = drillOf(10 * gibibyte).usd;
  const [, medium] = sandboxTaskSizes;
  const daily = taskCostUsd({
    ...{ vcpu: medium.cpuUnits / 1024, memoryGib: medium.memoryMib / 1024, diskGib: medium.diskGib },
    ...{ seconds: taskDrill.seconds, region, dumpBytes: 5 * gibibyte },
  });
  return [
    [
      'cost of the monthly RDS drills, dumps of 10 GiB',
      `${usd(monthly * databases)} a month (${usd(monthly)} each; ${priceBasis})`,
    ],
    [
      'cost of the daily task drills, dumps of 5 GiB',
      `${usd(daily * databases * days)} a month (${usd(daily)} each)`,
    ],
  ];
}
