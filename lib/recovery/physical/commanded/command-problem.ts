import { type Finding, finding } from '../../../domain/findings/findings.ts';
import { formatBytes } from '../../../domain/text/quantities.ts';
import { inWords } from '../../../domain/time/spans.ts';
import type { CommandEnd } from '../../../ports/backup-commands.ts';

/** A command of the user did not do what it is for. */
export class CommandProblem extends Error {
  readonly finding: Finding;

  constructor(found: Finding) {
    super(found.message);
    this.name = 'CommandProblem';
    this.finding = found;
  }
}

/** env(1) and shells say so that a program, or one that it needs, cannot be run. */
const cannotRun = [126, 127];

/**
 * What is wrong with how a command ended.
 * @param what e.g. `fetch` @returns null: it ended by itself, and what its exit code means is for the caller to say
 */
export function problemOfEnd(what: string, end: CommandEnd): Finding | null {
  switch (end.kind) {
    case 'missing':
      return finding('BACKUP_COMMAND_MISSING', `${what} cannot be run: ${end.reason}`);
    case 'timed out':
      return finding(
        'BACKUP_COMMAND_TIMED_OUT',
        `${what} did not end within ${inWords(end.seconds)}${saying(end.said)}`,
      );
    case 'printed too much':
      return finding('BACKUP_COMMAND_OUTPUT', `${what} printed more than ${formatBytes(end.mostBytes)}`);
    case 'wrote too much':
      return finding(
        'SANDBOX_DISK_FULL',
        `${what} wrote more than the ${formatBytes(end.mostBytes)} of the disk that it may use`,
      );
    case 'killed':
      return finding('BACKUP_COMMAND_FAILED', `${what} was ended by ${end.signal}${saying(end.said)}`);
    case 'ended':
      return cannotRun.includes(end.exitCode)
        ? finding('BACKUP_COMMAND_MISSING', `${what} ended with ${end.exitCode}${saying(end.said)}`)
        : null;
  }
}

/** An exit code that is none of success. */
export const failed = (what: string, { exitCode, said }: Extract<CommandEnd, { kind: 'ended' }>): Finding =>
  finding('BACKUP_COMMAND_FAILED', `${what} ended with ${exitCode}${saying(said)}`);

const saying = (said: string): string => (said === '' ? '' : `: ${said}`);
