import { createRdsSandboxHost } from '../../../adapters/sandboxes/rds/rds-sandbox-host.ts';
import { createExecutionStatus } from '../../../adapters/tasks/execution-status.ts';
import { createRestoreTasks } from '../../../adapters/tasks/restore-tasks.ts';
import type { SandboxHost } from '../../../ports/sandbox.ts';
import { ecsClient, sfnClient } from '../clients.ts';
import { readEnvironment } from '../environment.ts';
import { sandboxHostOptions } from './sandbox-port.ts';

/** For the sweeper, which spares what a running drill still needs. */
export function sweepingSandboxPort(): SandboxHost {
  const { stateMachineArn, restoreCluster } = readEnvironment(['stateMachineArn', 'restoreCluster']);
  const executions = createExecutionStatus({ client: sfnClient(), stateMachineArn });
  return createRdsSandboxHost({
    ...sandboxHostOptions(),
    sweeping: {
      isRunning: (drillId) => executions.isRunning(drillId),
      tasks: createRestoreTasks({ ecs: ecsClient(), cluster: restoreCluster }),
    },
  });
}
