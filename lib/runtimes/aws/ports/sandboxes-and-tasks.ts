/** Sandboxes in RDS – each door gets a host that can do what it is for, and checks a way in – and tasks in ECS. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createCheckRunner } from '../../../adapters/postgres/check-runner.ts';
import { createRdsCheckRunner } from '../../../adapters/sandboxes/rds/login/rds-check-runner.ts';
import { tokenAccess } from '../../../adapters/sandboxes/rds/login/sandbox-access.ts';
import { tokenSigner } from '../../../adapters/sandboxes/rds/login/token-signer.ts';
import { createRdsSandboxHost } from '../../../adapters/sandboxes/rds/rds-sandbox-host.ts';
import {
  createTaskSandboxHost,
  type TaskPlanning,
} from '../../../adapters/sandboxes/task/task-sandbox-host.ts';
import { createExecutionStatus } from '../../../adapters/tasks/execution-status.ts';
import { fargateVcpus } from '../../../adapters/tasks/fargate-quota.ts';
import { createHookTasks } from '../../../adapters/tasks/hook-tasks.ts';
import { createRestoreTasks, type RunningTasks } from '../../../adapters/tasks/restore-tasks.ts';
import { environmentNames } from '../../../contract/environment.ts';
import { caBundleFileName, hookTaskFamily } from '../../../contract/names.ts';
import type { SandboxTaskSize } from '../../../contract/sandbox-task-sizes.ts';
import { type RestoreTaskPlace, taskSizesFor } from '../../../domain/sandbox/rds/tasks.ts';
import { sizesHolding, volumeGibFor } from '../../../domain/sandbox/task-sizing.ts';
import type { CheckRunner, DrillPorts, PlaceNeeds } from '../../../ports/drill-ports.ts';
import type { HookTasks } from '../../../ports/hook-tasks.ts';
import type { RestoreTasks } from '../../../ports/restore-tasks.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { isKeptDrill } from '../../../steps/kept-restores.ts';
import { spentThisMonthUsd } from '../../../steps/spending.ts';
import { systemClock } from '../../system-clock.ts';
import { ec2Client, ecsClient, kmsClient, rdsClient, serviceQuotasClient, sfnClient } from '../clients.ts';
import { codeFolder } from '../code-folder.ts';
import { deployedConfig, deployedConfiguration } from '../configuration.ts';
import { readEnvironment } from '../environment.ts';
import { currentRegion } from '../region.ts';
import { evidencePort, ledgerPort } from './evidence-and-ledger.ts';
import { givenAnswersPort } from './people.ts';
import { sandboxesByKind } from './sandboxes-by-kind.ts';
import { taskVolumesPort } from './volume-tasks.ts';

/** For doors that look at, remove and promote sandboxes. */
export const sandboxPort = (): SandboxHost => besideTasks(createRdsSandboxHost(sandboxHostOptions()));

/** With the sandboxes inside restore tasks. */
const besideTasks = (rds: SandboxHost, planning?: TaskPlanning): SandboxHost =>
  sandboxesByKind({
    rds,
    task: createTaskSandboxHost({
      tasks: restoreTasksPort(),
      volumes: taskVolumesPort(),
      ...(planning === undefined ? {} : { planning }),
    }),
  });

/** For the door that completes a plan: versions, classes, quotas and cost are asked, nothing is made. */
export function planningSandboxPort(): SandboxHost {
  const { sandboxSubnetGroup, sandboxParameterGroups, restoreTasks, sandboxTasks } = readEnvironment([
    'sandboxSubnetGroup',
    'sandboxParameterGroups',
    'restoreTasks',
    'sandboxTasks',
  ]);
  const both = {
    configuration: deployedConfiguration,
    region: currentRegion(),
    monthlyBudgetUsd: deployedConfig().aws?.monthlyBudgetUsd ?? null,
    spentThisMonthUsd: () =>
      spentThisMonthUsd(ledgerPort(), deployedConfiguration.databases(), systemClock.now()),
  };
  const rds = createRdsSandboxHost({
    ...sandboxHostOptions(),
    planning: {
      ...both,
      subnetGroup: sandboxSubnetGroup,
      parameterGroups: sandboxParameterGroups,
      taskSizes: restoreTasks,
      fargateVcpus: () => fargateVcpus(serviceQuotasClient()),
      rehearsal: { ec2: ec2Client(), kms: kmsClient() },
    },
  });
  return besideTasks(rds, { ...both, sizes: sandboxTasks });
}

/** For the one door that makes sandboxes. */
export function creatingSandboxPort(): SandboxHost {
  const { sandboxSubnetGroup, sandboxSecurityGroup } = readEnvironment([
    'sandboxSubnetGroup',
    'sandboxSecurityGroup',
  ]);
  const creation = {
    subnetGroup: sandboxSubnetGroup,
    securityGroup: sandboxSecurityGroup,
    tags: deployedConfig().aws?.tags ?? {},
  };
  return besideTasks(createRdsSandboxHost({ ...sandboxHostOptions(), creation }));
}

/** For the sweeper, which spares what a running drill still needs. */
export function sweepingSandboxPort(): SandboxHost {
  const { stateMachineArn, restoreCluster } = readEnvironment(['stateMachineArn', 'restoreCluster']);
  const executions = createExecutionStatus({ client: sfnClient(), stateMachineArn });
  return createRdsSandboxHost({
    ...sandboxHostOptions(),
    sweeping: {
      isRunning: (drillId) => executions.isRunning(drillId),
      isKept: (drillId) =>
        isKeptDrill(drillId, { evidence: evidencePort(), ledger: ledgerPort(), answers: givenAnswersPort() }),
      tasks: createRestoreTasks({ ecs: ecsClient(), cluster: restoreCluster }),
      volumes: taskVolumesPort(),
    },
  });
}

/** What every door to RDS needs. */
const sandboxHostOptions = () => ({
  rds: rdsClient(),
  stackName: readEnvironment(['stackName']).stackName,
  clock: systemClock,
});

/** Checks from the isolated subnets: locally signed tokens, and no other way to AWS than the evidence bucket. */
export function tokenCheckPort(): CheckRunner {
  const access = tokenAccess({ sign: tokenSigner({ region: currentRegion() }), ca: caBundle() });
  return createRdsCheckRunner(createCheckRunner(access), access);
}

/** File of the certificates that sandboxes must come from: beside the code unless the environment says otherwise. */
export const caBundlePath = (): string =>
  process.env[environmentNames.caBundlePath] ?? join(codeFolder(), caBundleFileName);

export const caBundle = (): string => readFileSync(caBundlePath(), 'utf8');

/** ECS tasks of drills: what became of one, and how to stop it. */
export const restoreTasksPort = (): RestoreTasks & RunningTasks =>
  createRestoreTasks({ ecs: ecsClient(), cluster: readEnvironment(['restoreCluster']).restoreCluster });

/** Hooks beside a server inside the restore task that asks. */
export const hookTasksPort = (): HookTasks =>
  createHookTasks({
    ecs: ecsClient(),
    cluster: readEnvironment(['restoreCluster']).restoreCluster,
    clock: systemClock,
  });

/** Chooses the deployed task size for what a restore needs, and the others for want of capacity. */
export function restorePlacePort(): (needs: PlaceNeeds) => RestoreTaskPlace {
  const { restoreTasks, sandboxTasks, restoreNetwork } = readEnvironment([
    'restoreTasks',
    'sandboxTasks',
    'restoreNetwork',
  ]);
  return ({ dumpBytes, serverBytes }) => {
    if (serverBytes === null) {
      const { chosen, others } = taskSizesFor(restoreTasks, dumpBytes);
      return { ...restoreNetwork, ...chosen, others };
    }
    const fitting = sizesHolding(sandboxTasks, serverBytes);
    if (fitting === null) throw new RangeError('the plan was made for a task size that is not deployed');
    const [{ taskDefinition, vcpu, memoryGib, volumeRole }, ...larger] = fitting;
    if (volumeRole === undefined) {
      const others = larger.map((size) => sizeOf(size));
      return { ...restoreNetwork, taskDefinition, vcpu, memoryGib, others };
    }
    // Checks beside an instance that is filled from inside the task need no disk: a task that asks for a volume starts with
    // one only.
    const { chosen } = taskSizesFor(restoreTasks, dumpBytes);
    const volume = { taskDefinition, sizeGib: volumeGibFor(serverBytes) };
    return { ...restoreNetwork, taskDefinition: chosen.taskDefinition, vcpu, memoryGib, volume };
  };
}

const sizeOf = ({ taskDefinition, vcpu, memoryGib }: SandboxTaskSize) => ({
  taskDefinition,
  vcpu,
  memoryGib,
});

/** Task definitions of the databases' hooks: the stack makes one for each that drills.yaml has. */
export function hookPort(): DrillPorts['hookTask'] {
  const { stackName } = readEnvironment(['stackName']);
  const { databases } = deployedConfig();
  return (database, hook) => {
    const hooks = Object.hasOwn(databases, database) ? databases[database]?.hooks : undefined;
    return hooks?.[hook] == null ? null : hookTaskFamily(stackName, database, hook);
  };
}
