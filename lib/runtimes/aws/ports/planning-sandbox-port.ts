import { createRdsSandboxHost } from '../../../adapters/sandboxes/rds/rds-sandbox-host.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { spentThisMonthUsd } from '../../../steps/spending.ts';
import { systemClock } from '../../system-clock.ts';
import { deployedConfig, deployedConfiguration } from '../configuration.ts';
import { readEnvironment } from '../environment.ts';
import { currentRegion } from '../region.ts';
import { ledgerPort } from './ledger-port.ts';
import { sandboxHostOptions } from './sandbox-port.ts';

/** For the door that completes a plan: versions, classes, quotas and cost are asked, nothing is made. */
export function planningSandboxPort(): SandboxHost {
  const { sandboxSubnetGroup, sandboxParameterGroups, restoreTasks } = readEnvironment([
    'sandboxSubnetGroup',
    'sandboxParameterGroups',
    'restoreTasks',
  ]);
  return createRdsSandboxHost({
    ...sandboxHostOptions(),
    planning: {
      configuration: deployedConfiguration,
      subnetGroup: sandboxSubnetGroup,
      parameterGroups: sandboxParameterGroups,
      region: currentRegion(),
      taskSizes: restoreTasks,
      monthlyBudgetUsd: deployedConfig().aws?.monthlyBudgetUsd ?? null,
      spentThisMonthUsd: () =>
        spentThisMonthUsd(ledgerPort(), deployedConfiguration.databases(), systemClock.now()),
    },
  });
}
