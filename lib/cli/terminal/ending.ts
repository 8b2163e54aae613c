import { CommanderError } from 'commander';
import { isDrillError } from '../../domain/findings/errors.ts';
import { visibleLines } from '../../domain/text/visible-text.ts';
import { reportedError } from '../../runtimes/reported-error.ts';
import { couldNotRunExitCode, usageExitCode } from './exit.ts';

/** Longer than an interrupted drill needs to remove its sandbox and seal its record. */
const endingSeconds = 10;

/**
 * Tells a person what ended a command when there is not even a record – the message and the next step, or for an error that is
 * none of ours where it came from, without the server's words, which may quote rows – and gives the exit code for it.
 */
export function exitCodeOfError(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : usageExitCode;
  if (isDrillError(error)) {
    process.stderr.write(visibleLines(`restore-drill: ${error.message}\nHINT: ${error.hint}\n`));
    return error.usage ? usageExitCode : couldNotRunExitCode;
  }
  const { name, message, frames } = reportedError(error);
  process.stderr.write(
    visibleLines(
      [
        'restore-drill: unexpected error',
        `${name}: ${message}`,
        ...frames.map((frame) => `    ${frame}`),
        '',
      ].join('\n'),
    ),
  );
  return couldNotRunExitCode;
}

/**
 * An error that nothing caught ends the process with 2, never with Node's 1, which would say that a backup is bad. A drill
 * that runs is stopped as by a signal first, so that its sandbox goes and its record is sealed.
 */
export function endInOrder(): void {
  const end = (error: unknown): void => {
    process.exitCode = exitCodeOfError(error);
    if (!process.emit('SIGTERM')) process.exit();
    setTimeout(() => process.exit(), endingSeconds * 1000).unref();
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
}
