import { type Command, Option } from 'commander';
import { defaultStackName } from '../contract/names.ts';
import { withProgress } from './dump-options.ts';
import { moment } from './terminal/option-values.ts';

/** Runs a command and keeps its exit code. */
export type Act = <Arguments extends unknown[]>(
  run: (...given: Arguments) => Promise<number>,
) => (...given: Arguments) => Promise<void>;

/** Turns a command of one machine to the account when it is asked to. */
export function inAccount(command: Command): Command {
  command
    .option('--aws', `look into the AWS account: the stack "${defaultStackName}"`)
    .option('--stack <name>', 'the same, for a stack of another name');
  return withPlace(command);
}

/** Where the stack is: the SDK's environment says it, unless these do. */
function withPlace(command: Command): Command {
  const ofBucket = command.options.find(({ long }) => long === '--region');
  if (ofBucket === undefined) command.option('--region <region>', 'region of the stack');
  else ofBucket.description += '; with --aws, of the stack';
  return command.option('--profile <name>', 'profile with the AWS credentials');
}

/** Commands that only make sense against a deployed stack. */
export function registerAccountCommands(program: Command, act: Act): void {
  const command = (usage: string, description: string): Command =>
    withPlace(
      program
        .command(usage)
        .description(description)
        .option('--stack <name>', 'name of the deployed stack', defaultStackName)
        // Needed by the commands that also work on one machine; here it is taken, so that nobody must remember which.
        .addOption(new Option('--aws').hideHelp()),
    );

  withProgress(command('start [database]', 'start a drill, or the real restore, in the AWS account'))
    .addOption(
      new Option('--mode <mode>', 'drill: prove and remove; restore: prove, approve and keep')
        .choices(['drill', 'restore'])
        .default('drill'),
    )
    .option('--confirm <database>', 'real restore only: the name of the database again')
    .option('--dump <key>', 'exactly this dump')
    .addOption(
      new Option('--at <time>', 'the newest dump not after this moment (ISO 8601) or day').argParser(moment),
    )
    .option('--watch', 'watch it to its end, told as --progress and --quiet say')
    .option('--json', 'print the drill id, or with --watch the record, as JSON on stdout')
    .action(
      act(async (database: string | undefined, options) =>
        (await import('./commands/start.ts')).start(database, options),
      ),
    );

  withProgress(
    command(
      'watch [drill]',
      'watch a drill of the AWS account (default: the newest); Ctrl-C leaves it running',
    ),
  )
    .option('--json', 'print the record as one JSON document on stdout')
    .action(
      act(async (drill: string | undefined, options) =>
        (await import('./commands/watch.ts')).watch(drill, options),
      ),
    );

  command('approve <drill>', 'answer a real restore that waits: keep what was restored')
    .option('--decline', 'throw it away instead')
    .option('--yes', 'do not ask')
    .action(
      act(async (drill: string, options) => (await import('./commands/approve.ts')).approve(drill, options)),
    );
}
