import { Argument, Command, Option } from 'commander';
import { version } from '../runtimes/version.ts';
import { withProgress, withSource } from './dump-options.ts';
import { type Act, inAccount, registerAccountCommands } from './remote-program.ts';
import { moment, wholeNumber } from './terminal/option-values.ts';

/**
 * The command line: registers commands only. Each command lives in commands/<verb>.ts and gives back its exit code:
 * 0 PROVEN, 1 NOT_PROVEN, 2 COULD_NOT_VERIFY or could not run, 64 wrong usage.
 */
export function buildProgram(setExitCode: (code: number) => void): Command {
  const program = new Command('restore-drill')
    .description('Proves PostgreSQL backups by restoring them.')
    .version(version, '-V, --version')
    .exitOverride()
    .showHelpAfterError('(run with --help for the usage)')
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      '\nExit codes: 0 PROVEN, 1 NOT_PROVEN, 2 COULD_NOT_VERIFY or could not run, 64 wrong usage.',
    );

  const command = (usage: string, description: string): Command =>
    program
      .command(usage)
      .description(description)
      .addOption(new Option('--config <file>', 'the configuration').env('RESTORE_DRILL_CONFIG'))
      .addOption(
        new Option('--state-dir <dir>', 'where ledger, records and reports are kept').env(
          'RESTORE_DRILL_STATE_DIR',
        ),
      );

  const act: Act =
    <Arguments extends unknown[]>(run: (...given: Arguments) => Promise<number>) =>
    async (...given: Arguments) => {
      setExitCode(await run(...given));
    };

  withProgress(
    withSource(
      command(
        'run [database]',
        'drill one dump: restore it, check it, measure it, destroy it; `run FILE` is `run --dump FILE`',
      ),
    ),
  )
    .option('--out <dir>', 'also write report.html, report.md, record.json and junit.xml here')
    .option('--keep', 'keep the sandbox running after the drill and say how to connect')
    .option('--json', 'print the record as one JSON document on stdout')
    .addOption(
      new Option(
        '--ci <kind>',
        'github: also annotations, the summary of the step, and outputs, as GitHub Actions read them',
      ).choices(['github']),
    )
    .action(
      act(async (database: string | undefined, options) =>
        (await import('./commands/run.ts')).run(database, options),
      ),
    );

  withSource(command('plan [database]', 'say what a drill would do, touching nothing'))
    .option('--json', 'print the plan as JSON')
    .action(
      act(async (database: string | undefined, options) =>
        (await import('./commands/plan.ts')).plan(database, options),
      ),
    );

  inAccount(withSource(command('list [database]', 'list the dumps as the selection sees them, with reasons')))
    .addOption(
      new Option('--limit <n>', 'at most so many eligible and so many refused ones, the newest').argParser(
        wholeNumber(1, 1_000_000),
      ),
    )
    .option('--json', 'print the lists as JSON')
    .action(
      act(async (database: string | undefined, options) =>
        (await import('./commands/list.ts')).list(database, options),
      ),
    );

  withProgress(
    withSource(
      command(
        'init',
        'drill a dump and propose a commented drills.yaml for it; of a folder of dumps or s3://bucket/prefix/, list it and propose what the names tell',
      ),
    ),
  )
    .option(
      '--schema-only',
      'read what the dump defines instead of restoring it: for what is too large for this machine',
    )
    .option('--output <file>', 'where to write it; - for stdout', 'drills.yaml')
    .option('--force', 'overwrite an existing file')
    .action(act(async (options) => (await import('./commands/init.ts')).init(options)));

  command(
    'validate [file]',
    'say what is wrong in drills.yaml, with its lines; SQL is read as PostgreSQL reads it',
  ).action(
    act(async (file: string | undefined, options) =>
      (await import('./commands/validate.ts')).validate(file, options),
    ),
  );

  inAccount(command('history [database]', 'list past drills, newest first'))
    .addOption(new Option('--limit <n>', 'at most so many').argParser(wholeNumber(1, 1_000_000)).default(20))
    .option('--json', 'print the records as JSON')
    .action(
      act(async (database: string | undefined, options) =>
        (await import('./commands/history.ts')).history(database, options),
      ),
    );

  inAccount(command('show [drill]', 'show one record (default: the newest)'))
    .addOption(
      new Option('--format <format>', 'how').choices(['text', 'markdown', 'json', 'junit']).default('text'),
    )
    .action(
      act(async (drill: string | undefined, options) =>
        (await import('./commands/show.ts')).show(drill, options),
      ),
    );

  inAccount(
    command(
      'report [drill]',
      'print a report of a drill, made anew from its record; write all of them, or pages of all drills',
    ),
  )
    .addOption(
      new Option('--format <format>', 'which one to print')
        .choices(['html', 'markdown', 'json', 'junit'])
        .default('markdown'),
    )
    .option(
      '--out <dir>',
      'write report.html, report.md, record.json and junit.xml here instead, as they were sealed, with their seal',
    )
    .option(
      '--key <file...>',
      'public keys that the seal of what is made anew is verified with (default: the one of this machine)',
    )
    .option(
      '--site <dir>',
      'write here an index of all databases, a page of each and the report of every drill; --config says when drills are due',
    )
    .action(
      act(async (drill: string | undefined, options) =>
        options.site === undefined
          ? (await import('./commands/report.ts')).report(drill, options)
          : (await import('./commands/report-site.ts')).reportSite(options),
      ),
    );

  inAccount(
    command('keys', 'the key that drills are signed with').addArgument(
      new Argument(
        '<action>',
        'init: make the key of this machine; show: print the public key, of this machine or of the stack',
      ).choices(['init', 'show']),
    ),
  ).action(
    act(async (action: 'init' | 'show', options) => {
      const keys = await import('./commands/keys.ts');
      return action === 'init' ? keys.keysInit(options) : keys.keysShow(options);
    }),
  );

  command(
    'verify [path]',
    'verify records, reports, seals and their chain, offline (default: the state folder)',
  )
    .option(
      '--key <file...>',
      'public keys that seals must be signed with (default: the one of this machine)',
    )
    .addOption(
      new Option('--from <time>', 'drills that ended from this moment or day on (UTC)').argParser(moment),
    )
    .addOption(
      new Option('--to <time>', 'drills that ended up to this moment or day (UTC)').argParser(moment),
    )
    .option(
      '--expect <sha256...>',
      'records that must be there, by the digest that an event or a message gave',
    )
    .option('--json', 'print what was found as JSON')
    .action(
      act(async (path: string | undefined, options) =>
        (await import('./commands/verify.ts')).verify(path, options),
      ),
    );

  inAccount(command('audit', 'export a period for who audits it: a page, and tables of the same'))
    .addOption(
      new Option('--from <day>', 'first day of the period (UTC), or a moment')
        .argParser(moment)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--to <day>', 'its last day, to its end, or a moment; default: now').argParser(moment),
    )
    .option('--out <dir>', 'where to write it; default: a folder here, named for the period')
    .action(act(async (options) => (await import('./commands/audit.ts')).audit(options)));

  inAccount(command('sweep', 'remove what interrupted drills left behind'))
    .option('--dry-run', 'only say what would be removed')
    .option('--drill <id>', 'remove the sandbox that this drill kept on this machine')
    .option('--yes', 'in an account: remove it indeed, with your own rights')
    .action(act(async (options) => (await import('./commands/sweep.ts')).sweep(options)));

  inAccount(command('doctor', 'check what drills need: on this machine, or in the account'))
    .option(
      '--rehearse',
      'in an account: also run what of docs/first-deploy.md can be run without making anything; starts a drill that is refused, and sends its messages',
    )
    .action(act(async (options) => (await import('./commands/doctor.ts')).doctor(options)));

  command('notify', 'try those whom `notify` of drills.yaml names')
    .addArgument(
      new Argument('<action>', 'test: send everyone a test, which tells of no drill').choices(['test']),
    )
    .argument('[database]', 'those of this database only')
    .action(
      act(async (_action: 'test', database: string | undefined, options) =>
        (await import('./commands/notify.ts')).notifyTest(database, options),
      ),
    );

  program
    .command('witness <command...>')
    .description(
      'run pg_dump, and write beside its dump what the source holds in the same snapshot: restore-drill witness -- pg_dump …',
    )
    .option('--output <file>', 'where to write it (default: <dump>.witness.json)')
    .option(
      '--counts-only [tables...]',
      'only count the rows of these tables (schema.table, * for anything), or of all',
    )
    .option('--exclude <tables...>', 'leave these tables out')
    .action(
      act(async (words: string[], options) =>
        (await import('./commands/witness.ts')).witness(words, options),
      ),
    );

  registerAccountCommands(program, act);
  for (const each of program.commands)
    each
      .option('--no-color', 'no colour; NO_COLOR does the same, FORCE_COLOR gives colour in a pipe')
      .hook('preAction', () => {
        if (each.opts().color === false) process.env.NO_COLOR = '1';
      });
  return program;
}
