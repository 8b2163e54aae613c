import { DrillError } from '../../domain/findings/errors.ts';
import { visibleText } from '../../domain/text/visible-text.ts';
import { newDrillId } from '../drill/drill-id.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import type { AccountOptions } from '../remote/account-options.ts';
import { runningDrill } from '../remote/drill-lock.ts';
import { consoleUrl, type DrillExecution, startExecution } from '../remote/executions.ts';
import { callerArn } from '../remote/operator.ts';
import { watchDrill } from './watch.ts';

export interface StartOptions extends AccountOptions {
  mode: 'drill' | 'restore';
  confirm?: string;
  /** Key of one dump. */
  dump?: string;
  at?: string;
  watch?: boolean;
  json?: boolean;
}

/**
 * `restore-drill start`: starts a drill, or the real restore, in the account. 0 when it was started; with --watch the
 * verdict's exit code.
 *
 * @throws DrillError REQUEST_INVALID for a request that would be refused, DRILL_ALREADY_RUNNING with who and until when
 */
export async function start(
  database: string | undefined,
  options: StartOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  return inAccount(
    options,
    async (account) => {
      const chosen = chooseDatabase(database, account.stack.databases);
      refuseUnconfirmed(chosen, options);
      refuseFuture(options.at, account.clock.now());
      await refuseSecond(chosen, account);
      if (options.mode === 'restore') announceRestore(chosen, options, account);
      const execution = await startExecution(
        await account.clients.states(),
        account.stack.stateMachineArn,
        newDrillId(chosen, account.clock.now()),
        await requestOf(chosen, options, account),
      );
      announceStart(execution, options, account);
      return options.watch === true ? watchDrill(execution, options, account) : 0;
    },
    surroundings,
  );
}

/** The request as a person would type it into Start execution. */
async function requestOf(database: string, options: StartOptions, account: Account): Promise<object> {
  const { mode, confirm, dump: dumpKey, at } = options;
  return {
    mode,
    database,
    ...(dumpKey === undefined ? {} : { dump: dumpKey }),
    ...(at === undefined ? {} : { at }),
    ...(mode === 'restore' && confirm !== undefined ? { confirm } : {}),
    operator: (await callerArn(await account.clients.sts())).slice(0, 200),
  };
}

function chooseDatabase(asked: string | undefined, deployed: string[]): string {
  const chosen = asked ?? (deployed.length === 1 ? deployed[0] : undefined);
  if (chosen !== undefined && deployed.includes(chosen)) return chosen;
  const message = chosen === undefined ? 'name a database' : `no database "${chosen}" is deployed`;
  throw new DrillError('REQUEST_INVALID', `${message}; deployed are: ${deployed.join(', ')}`, {
    hint: 'Name one of them, or add it to drills.yaml and deploy.',
  });
}

function refuseUnconfirmed(database: string, { mode, confirm }: StartOptions): void {
  if (mode === 'drill' && confirm !== undefined) {
    throw new DrillError('REQUEST_INVALID', '--confirm belongs to a real restore', {
      hint: `Add --mode restore to restore ${database} for good, or leave --confirm out for a drill.`,
    });
  }
  if (mode === 'drill' || confirm === database) return;
  const given = confirm === undefined ? 'is missing' : `says "${confirm}"`;
  throw new DrillError('REQUEST_INVALID', `a real restore must be confirmed: --confirm ${given}`, {
    hint: `A real restore makes a new instance that is kept and paid for. Repeat the name: --confirm ${database}.`,
  });
}

function refuseFuture(at: string | undefined, now: Date): void {
  if (at === undefined || Date.parse(at) <= now.getTime()) return;
  throw new DrillError('REQUEST_INVALID', `--at ${at} lies in the future`, {
    hint: 'Give a moment of the past, or leave --at out for the newest dump.',
  });
}

/** Asked before, so that the answer comes at once; the machine takes the lock itself and refuses whoever comes second. */
async function refuseSecond(database: string, account: Account): Promise<void> {
  const running = await runningDrill(account, database);
  if (running === null) return;
  const { drillId, operator, leaseExpiresAt } = running;
  const who = operator === null ? '' : `, started by ${visibleText(operator)},`;
  const message = `drill ${drillId} of ${database}${who} is running; it holds the database until ${leaseExpiresAt} at most`;
  throw new DrillError('DRILL_ALREADY_RUNNING', message, {
    hint: `Watch it with \`restore-drill watch ${drillId}${account.repeated}\`, or stop its execution in the console.`,
  });
}

function announceRestore(
  database: string,
  { dump: dumpKey, at }: StartOptions,
  { stack, repeated }: Account,
): void {
  const which =
    dumpKey !== undefined
      ? `the dump ${dumpKey}`
      : at !== undefined
        ? `the newest dump not after ${at}, proven or not,`
        : 'the newest proven dump – the newest of all, if none was ever proven –';
  const lines = [
    `A real restore of ${database} begins in account ${stack.accountId}, ${stack.region}:`,
    `  1. ${which} is restored into a new RDS instance; nothing that exists is touched`,
    '  2. the checks of a drill run against it',
    '  3. it waits for approval, unless drills.yaml waives that (`production.approval`)',
    `     answer with: restore-drill approve DRILL${repeated}, or by the link in the notification`,
    '  4. approved: it is promoted and handed over; declined or not proven: it is removed',
  ];
  process.stderr.write(`${lines.map(visibleText).join('\n')}\n\n`);
}

function announceStart(execution: DrillExecution, options: StartOptions, { repeated }: Account): void {
  const { drillId, arn } = execution;
  const watching = options.watch === true;
  if (options.json === true && !watching)
    process.stdout.write(`${JSON.stringify({ drillId, executionArn: arn })}\n`);
  process.stderr.write(`started ${drillId}\n  ${consoleUrl(arn)}\n`);
  if (!watching) process.stderr.write(`  watch it with: restore-drill watch ${drillId}${repeated}\n`);
}
