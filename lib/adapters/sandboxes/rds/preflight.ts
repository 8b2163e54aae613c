import type { RDSClient } from '@aws-sdk/client-rds';
import type { RestoreTaskSize } from '../../../contract/restore-task-sizes.ts';
import type { ProductionConfig } from '../../../domain/config/index.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { estimateCostUsd } from '../../../domain/sandbox/rds/cost.ts';
import { sizeInstance, storageLimitsGib } from '../../../domain/sandbox/rds/instance-sizing.ts';
import { taskSizesFor } from '../../../domain/sandbox/rds/tasks.ts';
import type { SandboxDemand } from '../../../domain/sandbox/sandbox-plan.ts';
import type { Configuration } from '../../../ports/drill-ports.ts';
import type { Preflight } from '../../../ports/sandbox.ts';
import { type Budget, exceededCaps } from '../cost-caps.ts';
import { newestEngineVersion } from './engine-version.ts';
import { placementsFor } from './placements.ts';
import { exceededQuotas } from './quotas.ts';
import type { RdsHost } from './rds-host.ts';
import { type RehearsalClients, rehearseRestore } from './rehearsal.ts';

const gibibyte = 1024 ** 3;

export interface PreflightOptions extends Budget {
  configuration: Pick<Configuration, 'database'>;
  /** Its subnets decide which zones can be used. */
  subnetGroup: string;
  /** Major version → parameter group tuned for imports. */
  parameterGroups: Readonly<Record<string, string>>;
  region: string;
  /** For the cost estimate; smallest first. */
  taskSizes: readonly RestoreTaskSize[];
  /** vCPUs that Fargate tasks of the account may have; null: nobody can say. */
  fargateVcpus(): Promise<number | null>;
  /** For the rehearsal of a real restore; null: none is rehearsed. */
  rehearsal: RehearsalClients | null;
}

/** Makes a plan of a demand: version, class and zones, disk, cost; or says why no sandbox can be made. Makes nothing. */
export async function preflight(
  { rds }: RdsHost,
  options: PreflightOptions,
  demand: SandboxDemand,
): Promise<Preflight> {
  const { configuration, region } = options;
  const impossible = (...findings: Finding[]): Preflight => ({ possible: false, findings });
  const { sandbox, production: configuredProduction } = configuration.database(demand.database);
  const production = demand.mode === 'restore' ? configuredProduction : null;
  const subnetGroup = production?.subnetGroup ?? options.subnetGroup;

  const engineVersion = await newestEngineVersion(rds, demand.majorVersion);
  if (engineVersion === null) {
    const message = `RDS offers no PostgreSQL ${demand.majorVersion} in ${region}`;
    return impossible(finding('SERVER_VERSION_UNSUPPORTED', message));
  }

  const storageBytes = production?.storageBytes ?? sandbox.storageBytes;
  const sizing = sizeInstance({
    storageBytes: demand.storageBytes,
    region,
    instanceClass: production?.instanceClass ?? sandbox.instanceClass,
    storageGib: storageBytes === null ? null : storageBytes / gibibyte,
  });
  const { storageGib, expectedRestoreSeconds, instanceClasses } = sizing;
  if (storageGib > storageLimitsGib.most) {
    const message = `the sandbox would need ${storageGib} GiB; RDS makes at most ${storageLimitsGib.most} GiB of gp3`;
    return impossible(finding('SANDBOX_UNAVAILABLE', message, 'Set `sandbox.storage` in drills.yaml.'));
  }

  const placements = await placementsFor(rds, { engineVersion, instanceClasses, subnetGroup });
  if (placements.length === 0) {
    const message = `none of ${instanceClasses.join(', ')} is offered for PostgreSQL ${engineVersion} with gp3 in the zones of ${subnetGroup} (${region})`;
    const hint = 'Set `sandbox.instanceClass` to a class that this region offers.';
    return impossible(finding('SANDBOX_UNAVAILABLE', message, hint));
  }

  const { chosen: task } = taskSizesFor(options.taskSizes, demand.dumpBytes);
  const estimatedCostUsd = estimateCostUsd({
    plan: { placements, storageGib },
    taskVcpu: task.vcpu,
    taskMemoryGib: task.memoryGib,
    ...(demand.taskDisk === undefined ? {} : { taskDisk: demand.taskDisk }),
    expectedRestoreSeconds,
    region,
    dumpBytes: demand.dumpBytes,
  });
  const findings = [
    ...(await exceededQuotas(rds, storageGib)),
    ...(await tooFewVcpus(options)),
    // A cap is for drills: on the day it is needed, a restore is not refused for the price of an hour.
    ...(demand.mode === 'restore' ? [] : await exceededCaps(options, sandbox.maxCostUsd, estimatedCostUsd)),
  ];
  if (findings.length > 0) return impossible(...findings);

  // The import group trades crash safety for speed: right for a throwaway, wrong for what is kept.
  const defaultGroup = `default.postgres${demand.majorVersion}`;
  const parameterGroup =
    production === null
      ? (options.parameterGroups[String(demand.majorVersion)] ?? defaultGroup)
      : (production.parameterGroup ?? defaultGroup);
  const { extendedSupport } = production ?? sandbox;
  const completed = {
    ...{ engineVersion, placements, storageGib, parameterGroup, production, estimatedCostUsd },
    ...(extendedSupport ? { extendedSupport } : {}),
  };
  const rehearsed = await rehearse(rds, options, demand, { engineVersion, production: configuredProduction });
  return { possible: true, plan: { kind: 'rds', ...demand, rds: completed }, findings: rehearsed };
}

/**
 * Every drill looks whether a real restore of its dump could be made. A real restore looks too, before anything is made,
 * but what it finds is a warning in any case: on the day it is needed, it is kept as it can be had.
 */
async function rehearse(
  rds: RDSClient,
  { rehearsal, region, subnetGroup, configuration }: PreflightOptions,
  demand: SandboxDemand,
  { engineVersion, production }: { engineVersion: string; production: ProductionConfig },
): Promise<Finding[]> {
  if (rehearsal === null) return [];
  const { sandbox } = configuration.database(demand.database);
  const storageBytes = production.storageBytes ?? sandbox.storageBytes;
  const { instanceClasses, storageGib } = sizeInstance({
    ...{ storageBytes: demand.storageBytes, region },
    instanceClass: production.instanceClass ?? sandbox.instanceClass,
    storageGib: storageBytes === null ? null : storageBytes / gibibyte,
  });
  const found = await rehearseRestore(rds, rehearsal, {
    ...{ production, engineVersion, instanceClasses, storageGib, region },
    ...{ majorVersion: demand.majorVersion, sandboxSubnetGroup: subnetGroup },
  });
  return demand.mode === 'restore' ? found.map((one) => ({ ...one, severity: 'warning' as const })) : found;
}

/** A quota that lets not even the smallest task run; for want of room in a larger one, other sizes are tried. */
async function tooFewVcpus({ fargateVcpus, taskSizes }: PreflightOptions): Promise<Finding[]> {
  // A quota that cannot be read refuses nothing: a drill that could run would not.
  const most = await fargateVcpus().catch(() => null);
  const needed = Math.min(...taskSizes.map(({ vcpu }) => vcpu));
  if (most === null || most >= needed) return [];
  const message = `the Fargate quota of vCPUs (L-3032A538) is ${most}; the smallest restore task takes ${needed}`;
  return [finding('QUOTA_EXCEEDED', message)];
}
