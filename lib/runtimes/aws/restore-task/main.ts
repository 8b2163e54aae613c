import { existsSync } from 'node:fs';
import { taskAccess } from '../../../adapters/sandboxes/rds/login/sandbox-access.ts';
import { tokenSigner } from '../../../adapters/sandboxes/rds/login/token-signer.ts';
import { hookFolder, tunnelPort } from '../../../contract/names.ts';
import { reportedError } from '../../reported-error.ts';
import { systemClock } from '../../system-clock.ts';
import { secretsManagerClient, sfnClient } from '../clients.ts';
import { doorLogger } from '../door-logger.ts';
import { evidencePort } from '../ports/evidence-and-ledger.ts';
import { caBundle, caBundlePath, hookTasksPort } from '../ports/sandboxes-and-tasks.ts';
import { secretsPort } from '../ports/sources.ts';
import { currentRegion } from '../region.ts';
import { waitingState } from '../task-token.ts';
import { tunnelledAccess } from './hook-access.ts';
import { hookCredentialsFile, keepHookCredentials } from './hook-credentials.ts';
import { runTask } from './run-task.ts';
import { parseTaskCommand, type TaskCommand } from './task-command.ts';
import { taskProgress } from './task-progress.ts';
import { checksWork, readWork, restoreWork } from './task-work.ts';

/**
 * The container of the restore image. Everything it needs beside two pointers lies in the evidence of the drill.
 *
 * @param interrupted aborted by SIGTERM: Fargate then waits 120 s (stopTimeout) before it kills
 * @returns the exit code
 */
export async function restoreTask(variables: NodeJS.ProcessEnv, interrupted: AbortSignal): Promise<0 | 1> {
  const given = variables.DRILL_ID;
  const log = doorLogger('restore task', given === undefined ? {} : { drillId: given });
  try {
    const command = parseTaskCommand(variables);
    return command.command === 'credentials'
      ? await credentials(command, interrupted)
      : await answeringTask(command, interrupted);
  } catch (error) {
    log.failed(reportedError(error, [variables.TASK_TOKEN ?? '']));
    return 1;
  }
}

/** Health check of the credentials container: the hook waits until it is healthy. */
export const credentialsReady = (): boolean => existsSync(hookCredentialsFile(hookFolder));

async function answeringTask(
  command: Extract<TaskCommand, { taskToken: string }>,
  interrupted: AbortSignal,
): Promise<0 | 1> {
  const { drillId, attempt, taskToken } = command;
  const log = doorLogger('restore task', { drillId, attempt });
  const evidence = evidencePort();
  const progress = taskProgress(command, evidence, log, () => new Date());
  const work = async (signal: AbortSignal): Promise<unknown> => {
    if (command.command === 'read') return readWork(command, { evidence, signal });
    const sign = tokenSigner({ region: currentRegion() });
    const access = taskAccess({ secrets: secretsManagerClient(), sign, ca: caBundle() });
    const ports = { evidence, access, secrets: secretsPort() };
    if (command.command === 'checks') return checksWork(command, ports);
    return restoreWork(command, { ...ports, progress, hookTasks: hookTasksPort, signal });
  };
  return runTask({
    state: waitingState(sfnClient(), taskToken),
    work,
    publish: () => progress.publish(),
    interrupted,
    log,
    secrets: [taskToken],
  });
}

async function credentials(
  { sandbox }: Extract<TaskCommand, { command: 'credentials' }>,
  interrupted: AbortSignal,
): Promise<0> {
  const { address, password } =
    'tunnelHost' in sandbox
      ? await tunnelledAccess(
          { host: sandbox.tunnelHost, port: tunnelPort, publicKey: sandbox.tunnelKey },
          systemClock,
          interrupted,
        )
      : {
          address: {
            host: sandbox.sandboxHost,
            port: sandbox.sandboxPort,
            masterRole: sandbox.sandboxRole,
          },
          password: tokenSigner({ region: currentRegion() }),
        };
  await keepHookCredentials(
    { address, folder: hookFolder, caBundlePath: caBundlePath(), token: password },
    interrupted,
  );
  return 0;
}
