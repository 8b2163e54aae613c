import { createReadStream } from 'node:fs';
import { lstat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { filledWords } from '../../../domain/backup/command-words.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import type { WalFile } from '../wal/wal-file.ts';
import { CommandProblem, problemOfEnd } from './command-problem.ts';

/** Most that one run may write: the largest segment, and what a tool keeps beside it. */
const mostBytes = 2 * 1024 ** 3;
/** Below this the server could not even promote. */
const leastFreeBytes = 64 * 1024 ** 2;

/** What the archive has of a name; `absent`: nothing, with the words of the command. */
export type RestoredFile = WalFile | { absent: string };

/**
 * Asks the command of the user for one file of WAL. Codes above 125 are none of "the archive has it not", as PostgreSQL has it.
 * @param values of placeholders beside the file @throws CommandProblem
 */
export async function restoreFile(
  name: string,
  values: { directory: string },
  { room, commands, signal }: { room: CommandRoom; commands: BackupCommands; signal: AbortSignal },
): Promise<RestoredFile> {
  const { bavail, bsize } = await statfs(room.folder);
  if (bavail * bsize < leastFreeBytes)
    throw new CommandProblem(finding('SANDBOX_DISK_FULL', `the disk is full of WAL before ${name}`));
  const folder = await room.makeFolder('wal');
  const what = `restore of ${name}`;
  const end = await room.run({
    words: filledWords(commands.restore, { ...values, file: name, path: join(folder, name) }),
    timeoutSeconds: commands.fileTimeoutSeconds,
    mostWrittenBytes: mostBytes,
    signal,
  });
  const problem = problemOfEnd(what, end);
  if (problem !== null || end.kind !== 'ended') throw new CommandProblem(problem as Finding);
  if (end.exitCode > 125)
    throw new CommandProblem(
      finding('BACKUP_COMMAND_FAILED', `${what} ended with ${end.exitCode}: ${end.said}`),
    );
  if (end.exitCode !== 0)
    return { absent: `${what} ended with ${end.exitCode}${end.said === '' ? '' : `: ${end.said}`}` };
  const path = await room.take(join('wal', name));
  const found = path === null ? null : await lstat(path);
  if (path === null || found === null)
    throw new CommandProblem(finding('BACKUP_COMMAND_EMPTY', `${what} ended with 0, and there is no file`));
  if (!found.isFile() || found.nlink > 1)
    throw new CommandProblem(
      finding(
        'BACKUP_COMMAND_REFUSED',
        `${what} ended with 0, and what it wrote is no file of its own but a link or a thing`,
      ),
    );
  return { name, path, sizeBytes: found.size, asIs: true, open: async () => createReadStream(path) };
}
