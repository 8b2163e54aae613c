import { evidenceKey } from '../../adapters/evidence/evidence-keys.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { exitCodes } from '../../domain/findings/verdict.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { renderJson } from '../../domain/record/report/json.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import { tellVerdict } from '../drill/tell-verdict.ts';
import { createProgress, type ProgressOptions } from '../progress/create-progress.ts';
import { progressLine } from '../progress/json-progress.ts';
import { type Account, type AccountSurroundings, inAccount } from '../remote/account.ts';
import type { AccountOptions } from '../remote/account-options.ts';
import {
  consoleUrl,
  type DrillExecution,
  describeExecution,
  historySince,
  newestExecution,
} from '../remote/executions.ts';
import { type Ending, watchExecution } from '../remote/remote-watcher.ts';
import { restoreProgressOf } from '../remote/restore-progress.ts';
import { interruptedExitCode } from '../terminal/exit.ts';
import { stopOnInterrupt } from '../terminal/interruption.ts';

interface WatchOptions extends AccountOptions, ProgressOptions {
  json?: boolean;
}

/** The clean-up after an abort is another execution: its record comes within a minute, or not at all. */
const recordWaitSeconds = { step: 5, most: 90 };

/**
 * `restore-drill watch`: a drill of the account as it runs, then its verdict and that verdict's exit code. Ctrl-C stops
 * the watching and never the drill.
 */
export async function watch(
  drillId: string | undefined,
  options: WatchOptions,
  surroundings?: AccountSurroundings,
): Promise<number> {
  return inAccount(
    options,
    async (account) => watchDrill(await chosenExecution(drillId, account), options, account),
    surroundings,
  );
}

async function chosenExecution(drillId: string | undefined, account: Account): Promise<DrillExecution> {
  const client = await account.clients.states();
  const { stateMachineArn } = account.stack;
  if (drillId !== undefined) return describeExecution(client, stateMachineArn, drillId);
  const newest = await newestExecution(client, stateMachineArn);
  if (newest !== null) return newest;
  throw new DrillError('REQUEST_INVALID', 'no drill was ever started in this stack', {
    hint: `Start one with \`restore-drill start DATABASE${account.repeated}\`.`,
  });
}

/** Watches to the end: the exit code is the verdict's, or 130 when the watching was stopped. */
export async function watchDrill(
  execution: DrillExecution,
  options: WatchOptions,
  account: Account,
): Promise<number> {
  const { drillId, arn } = execution;
  const states = await account.clients.states();
  const progress = await createProgress(process.stderr, process.env, options);
  const interruption = stopOnInterrupt((line) => progress.note(line));
  if (options.quiet !== true) progress.note(`drill ${drillId}, started ${execution.startedAt}`);
  let ending: Ending | null;
  try {
    ending = await watchExecution(
      {
        eventsSince: (afterId) => historySince(states, arn, afterId),
        restoreProgress: await restoreProgressOf(account, drillId),
        approveCommand: `restore-drill approve ${drillId}${account.repeated}`,
      },
      progress,
      account.clock,
      interruption.signal,
    );
  } finally {
    progress.close();
    interruption.release();
  }
  if (ending === null) {
    say(
      `stopped watching; the drill goes on. Watch it again with: restore-drill watch ${drillId}${account.repeated}`,
      options,
    );
    return interruptedExitCode;
  }
  return concluded(drillId, arn, ending, options, account);
}

async function concluded(
  drillId: string,
  arn: string,
  ending: Ending,
  options: WatchOptions,
  account: Account,
): Promise<number> {
  const record = await sealedRecord(drillId, ending, account);
  if (record === null) {
    throw new DrillError(
      'INTERRUPTED',
      `the execution ended ${ending.status} without a record${why(ending)}`,
      {
        hint: `See ${consoleUrl(arn)}; what it left is removed by the sweeper (\`restore-drill sweep --dry-run${account.repeated}\`).`,
      },
    );
  }
  const report = `s3://${account.stack.evidenceBucket}/${evidenceKey(drillId, reportFiles.html)}`;
  const code = exitCodes[record.verdict];
  const keptAsItShould = code !== 0 || ending.status === 'SUCCEEDED';
  const broken = `The execution itself ended ${ending.status}${why(ending)}.`;
  // A program reads the verdict last.
  if (!keptAsItShould && options.progress === 'json') say(broken, options);
  tellVerdict(record, report, options);
  if (!keptAsItShould && options.progress !== 'json') say(`\n${broken}`, options);
  if (options.json === true) process.stdout.write(renderJson(record));
  // A restore may be proven and yet not kept as it should be – declined, or its promotion broke off: the execution ends in Fail
  // then, and 0 would tell a script that the database stands.
  return keptAsItShould ? code : 2;
}

/** One line on stderr, in the way that the drill is told. */
const say = (text: string, { progress }: ProgressOptions): void =>
  void process.stderr.write(
    progress === 'json' ? progressLine({ event: 'note', text }, new Date()) : `${text}\n`,
  );

const why = ({ error, cause }: Ending): string => {
  const text = [error, cause?.split('\n')[0]].filter((part) => part !== null && part !== undefined);
  return text.length === 0 ? '' : `: ${text.join(': ')}`;
};

/** A machine that ended by itself sealed its record before; after an abort the record is the clean-up's. */
async function sealedRecord(drillId: string, ending: Ending, account: Account): Promise<DrillRecord | null> {
  const ledger = await account.ledger();
  const byItself = ending.status === 'SUCCEEDED' || ending.status === 'FAILED';
  const most = byItself ? recordWaitSeconds.step : recordWaitSeconds.most;
  for (let waited = 0; ; waited += recordWaitSeconds.step) {
    const record = await ledger.show(drillId);
    if (record !== null || waited >= most) return record;
    if (waited === 0 && !byItself) process.stderr.write('waiting for the record of the clean-up\n');
    await account.clock.sleep(recordWaitSeconds.step);
  }
}
