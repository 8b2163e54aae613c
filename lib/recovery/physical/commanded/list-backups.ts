import { filledWords } from '../../../domain/backup/command-words.ts';
import {
  type ListedBackup,
  latestBackup,
  parseListedBackups,
} from '../../../domain/backup/listed-backups.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import { failed, problemOfEnd } from './command-problem.ts';

/**
 * The base backups that a tool has, in its order; where nothing lists them, the one that it calls its newest.
 * @throws DrillError BACKUP_COMMAND_MISSING, BACKUP_COMMAND_FAILED, BACKUP_COMMAND_TIMED_OUT, BACKUP_COMMAND_OUTPUT, AbortError
 */
export async function listBackups(
  { list, fileTimeoutSeconds: timeoutSeconds }: BackupCommands,
  room: CommandRoom,
  signal: AbortSignal,
): Promise<ListedBackup[]> {
  if (list === null) return [{ name: latestBackup, takenAt: null }];
  const end = await room.run({
    words: filledWords(list, {}),
    timeoutSeconds,
    mostWrittenBytes: null,
    signal,
  });
  const problem = problemOfEnd('list', end);
  if (problem !== null || end.kind !== 'ended') throw errorOf(problem);
  if (end.exitCode !== 0) throw errorOf(failed('list', end));
  const text = textOf(end.stdout);
  const listed = text === null ? { reason: 'it is no text' } : parseListedBackups(text);
  if ('reason' in listed)
    throw errorOf(finding('BACKUP_COMMAND_OUTPUT', `list printed no list of backups: ${listed.reason}`));
  return listed.backups;
}

function textOf(bytes: Buffer): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

const errorOf = (problem: Finding | null): DrillError => {
  if (problem === null) throw new RangeError('a command that ended has an exit code');
  return new DrillError(problem.code, problem.message, { hint: problem.hint });
};
