import { removeUnfinishedFiles } from '../../adapters/files/atomic-file.ts';
import type { LocalSandboxHost } from '../../adapters/sandboxes/local-process/local-sandbox-options.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import type { Leftover } from '../../ports/sandbox.ts';
import { localSandboxes } from '../../runtimes/local/local-ports.ts';
import { placesFor } from '../../runtimes/local/places.ts';
import { systemClock } from '../../runtimes/system-clock.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import { type AccountOptions, wantsAccount } from '../remote/account-options.ts';

export interface SweepOptions extends AccountOptions {
  dryRun?: boolean;
  /** One machine only: the sandbox that this drill kept. */
  drill?: string;
  /** Account only: removes with the operator's own rights. */
  yes?: boolean;
  stateDir?: string;
}

type Swept = { removed: Leftover[]; kept: Leftover[] };

/** `restore-drill sweep`: removes what interrupted drills left behind, and nothing of a drill that runs. */
export async function sweep(options: SweepOptions, surroundings?: AccountSurroundings): Promise<number> {
  const dryRun = options.dryRun === true;
  if (wantsAccount(options)) {
    refuseInAccount(options);
    print(await inAccount(options, (account) => sweepAccount(account, dryRun), surroundings), dryRun);
    return 0;
  }
  const places = placesFor(options);
  const sandboxes = localSandboxes(places, () => {});
  if (options.drill !== undefined) {
    return sweepDrill(options.drill, sandboxes);
  }
  if (!dryRun) await removeUnfinishedFiles(places.stateDirectory, systemClock.now());
  print(await sandboxes.sweep({ dryRun }), dryRun);
  return 0;
}

/** The sandbox of one drill, which may have been kept. */
async function sweepDrill(drillId: string, sandboxes: LocalSandboxHost): Promise<number> {
  const sandboxId = sandboxes.sandboxIdFor(drillId);
  if ((await sandboxes.look(sandboxId)).state === 'gone') {
    const { removed, kept } = await sandboxes.sweep({ dryRun: true });
    const others = [...removed, ...kept].map((leftover) => leftover.drillId);
    throw new DrillError('SANDBOX_LOST', `drill ${drillId} has no sandbox on this machine`, {
      hint:
        others.length === 0
          ? 'There is nothing to remove: no drill has one.'
          : `These drills have one: ${others.join(', ')}.`,
    });
  }
  await sandboxes.remove(sandboxId);
  process.stdout.write(`removed: the sandbox of drill ${visibleText(drillId)}\n`);
  return 0;
}

function refuseInAccount({ drill, dryRun, yes }: SweepOptions): void {
  if (drill !== undefined) {
    throw new DrillError('REQUEST_INVALID', '--drill is for sandboxes of this machine', {
      hint: 'In an account, stop the execution of the drill: what it made is removed then.',
    });
  }
  if (dryRun === true || yes === true) return;
  throw new DrillError('REQUEST_INVALID', 'a sweep of the account deletes RDS instances and stops tasks', {
    hint: 'Look first with --dry-run; then repeat it with --yes. The stack sweeps by itself every hour.',
  });
}

/** What the deployed sweep function does, with the operator's rights. */
async function sweepAccount(account: Account, dryRun: boolean): Promise<Swept> {
  const { stack, clients, clock } = account;
  const [
    { createRdsSandboxHost },
    { createRestoreTasks },
    { createTaskVolumes },
    { createExecutionStatus },
    { createGivenAnswers },
    { isKeptDrill },
  ] = await Promise.all([
    import('../../adapters/sandboxes/rds/rds-sandbox-host.ts'),
    import('../../adapters/tasks/restore-tasks.ts'),
    import('../../adapters/sandboxes/task/task-volumes.ts'),
    import('../../adapters/tasks/execution-status.ts'),
    import('../../adapters/approvals/given-answers.ts'),
    import('../../steps/kept-restores.ts'),
  ]);
  const { isRunning } = createExecutionStatus({
    client: await clients.states(),
    stateMachineArn: stack.stateMachineArn,
    onUnknown: (drillId, reason) => {
      process.stderr.write(
        `restore-drill: drill ${drillId} counts as running: it cannot be looked at (${reason})\n`,
      );
    },
  });
  const tasks = createRestoreTasks({ ecs: await clients.ecs(), cluster: stack.restoreCluster });
  const volumes = createTaskVolumes({
    ec2: await clients.ec2(),
    stackName: stack.baseName,
    // arn:aws:states:REGION:ACCOUNT:stateMachine:NAME
    cluster: stack.stateMachineArn
      .replace(':states:', ':ecs:')
      .replace(/:stateMachine:.*/, `:cluster/${stack.restoreCluster}`),
  });
  const table = { client: await clients.dynamoDb(), tableName: stack.ledgerTable };
  const known = {
    ledger: await account.ledger(),
    evidence: await account.evidence(),
    answers: createGivenAnswers(table),
  };
  const isKept = (drillId: string): Promise<boolean> => isKeptDrill(drillId, known);
  const host = createRdsSandboxHost({
    ...{ rds: await clients.rds(), stackName: stack.baseName, clock },
    sweeping: { isRunning, isKept, tasks, volumes },
  });
  return host.sweep({ dryRun }).catch((error: unknown): never => {
    if (!isDrillError(error) || error.code !== 'TEARDOWN_FAILED') throw error;
    // The host speaks of the deployed function's rights; here they are the operator's.
    throw new DrillError(error.code, error.message, {
      hint: 'Check your own rights with `restore-drill doctor --aws`; the deployed sweep goes on by itself.',
      fault: error.fault,
      cause: error,
    });
  });
}

function print({ removed, kept }: Swept, dryRun: boolean): void {
  for (const leftover of removed)
    process.stdout.write(`${dryRun ? 'would remove' : 'removed'}: ${described(leftover)}\n`);
  for (const leftover of kept) process.stdout.write(`kept: ${described(leftover)}\n`);
  if (removed.length + kept.length === 0) process.stdout.write('nothing was left behind\n');
}

const described = ({ what, drillId, leaseExpiresAt }: Leftover): string =>
  visibleText(`${what} (drill ${drillId}, lease until ${leaseExpiresAt})`);
