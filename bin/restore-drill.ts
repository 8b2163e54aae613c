#!/usr/bin/env node
import { CommanderError } from 'commander';
import { buildProgram } from '../lib/cli/program.ts';
import { usageExitCode } from '../lib/cli/terminal/exit.ts';
import { isDrillError } from '../lib/domain/findings/errors.ts';

const program = buildProgram((code) => {
  process.exitCode = code;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** What a person reads when there is not even a record: the message, the next step, and no stack. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
  if (isDrillError(error)) {
    process.stderr.write(`restore-drill: ${error.message}\nHINT: ${error.hint}\n`);
    return error.code === 'REQUEST_INVALID' ? usageExitCode : 2;
  }
  process.stderr.write(
    `restore-drill: unexpected error\n${error instanceof Error ? error.stack : String(error)}\n`,
  );
  return 2;
}
