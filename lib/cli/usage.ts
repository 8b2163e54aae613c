import type { Command } from 'commander';
import { buildProgram } from './program.ts';

/** docs/cli.md: the help of every command, as the terminal prints it at 100 columns. */
export function renderUsage(): string {
  const program = buildProgram(() => {});
  const sections = [program, ...program.commands].map((command) => {
    command.configureHelp({ helpWidth: 100 });
    return [`## ${nameOf(command)}`, '', '```text', command.helpInformation().trimEnd(), '```', ''].join(
      '\n',
    );
  });
  return ['# Command line', '', 'Generated from `lib/cli/program.ts`.', '', ...sections].join('\n');
}

const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${command.parent.name()} ${command.name()}`;
