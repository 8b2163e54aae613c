import { statfs } from 'node:fs/promises';
import { filledWords } from '../../../domain/backup/command-words.ts';
import {
  type ListedBackup,
  latestBackup,
  newestBackup,
  olderBackups,
} from '../../../domain/backup/listed-backups.ts';
import { isDrillError } from '../../../domain/findings/errors.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { RecoveryTarget } from '../../../domain/recovery/recovery-target.ts';
import { formatBytes } from '../../../domain/text/quantities.ts';
import type { BackupCommands, CommandRoom } from '../../../ports/backup-commands.ts';
import type { BaseBackupSource } from '../../../ports/recovery.ts';
import { broughtKey, broughtStore } from './brought-files.ts';
import { CommandProblem, failed, problemOfEnd } from './command-problem.ts';
import { listBackups } from './list-backups.ts';

/** Left free on the disk: the WAL that is brought after it, and what the server writes. */
const leftFreeBytes = 512 * 1024 ** 2;
/** An empty cluster takes more. */
const leastBytes = 32 * 1024 ** 2;

export interface FetchOptions {
  room: CommandRoom;
  commands: BackupCommands;
  target: RecoveryTarget;
  signal: AbortSignal;
  onBytes(bytes: number): void;
  /** Told what else the tool has, where the choice was made here. */
  onOlder?(older: readonly ListedBackup[]): void;
  /** Instead of what the disk has. */
  mostBytes?: number;
}

/** Lets the command of the user bring a base backup. @returns where it lies now, or why there is none */
export async function fetchBase(
  source: BaseBackupSource,
  options: FetchOptions,
): Promise<{ source: BaseBackupSource; findings: Finding[] } | { refused: Finding }> {
  try {
    return await brought(source, options);
  } catch (error) {
    if (error instanceof CommandProblem) return { refused: error.finding };
    if (isDrillError(error)) return { refused: finding(error.code, error.message, error.hint) };
    throw error;
  }
}

async function brought(
  source: BaseBackupSource,
  { room, commands, target, signal, onBytes, onOlder, ...options }: FetchOptions,
): Promise<{ source: BaseBackupSource; findings: Finding[] }> {
  const mostBytes = options.mostBytes ?? (await roomOnDisk(room.folder));
  const chosen = await chosenBackup(source.key.replace(/\/$/, ''), {
    room,
    commands,
    target,
    signal,
    ...(onOlder === undefined ? {} : { onOlder }),
  });
  const directory = await room.makeFolder('directory');
  const tablespaces = await room.makeFolder('tablespaces');
  const end = await room.run({
    words: filledWords(commands.fetch, { directory, tablespaces, backup: chosen.name }),
    timeoutSeconds: commands.fetchTimeoutSeconds,
    mostWrittenBytes: mostBytes,
    signal,
    onWritten: onBytes,
  });
  const problem = problemOfEnd('fetch', end);
  if (problem !== null || end.kind !== 'ended') throw new CommandProblem(problem as Finding);
  if (end.exitCode !== 0) throw new CommandProblem(failed('fetch', end));
  const [taken, takenTablespaces] = [await room.take('directory'), await room.take('tablespaces')];
  if (taken === null || takenTablespaces === null)
    throw new CommandProblem(
      finding('BACKUP_COMMAND_EMPTY', 'fetch ended with 0 and took away the folder that it was to fill'),
    );
  const store = await broughtStore({
    directory: taken,
    tablespaces: takenTablespaces,
    directoryThen: directory,
    tablespacesThen: tablespaces,
  });
  return { source: { ...source, store, key: broughtKey }, findings: chosen.findings };
}

/** Which one, where it was not known before the task had the tool at hand. */
async function chosenBackup(
  key: string,
  {
    room,
    commands,
    target,
    signal,
    onOlder,
  }: Pick<FetchOptions, 'room' | 'commands' | 'target' | 'signal' | 'onOlder'>,
): Promise<{ name: string; findings: Finding[] }> {
  if (key !== latestBackup || commands.list === null) return { name: key, findings: [] };
  const backups = await listBackups(commands, room, signal);
  const at = target.kind === 'time' ? target.time : null;
  const newest = newestBackup(backups, at);
  onOlder?.(olderBackups(backups, at));
  if (newest === null)
    throw new CommandProblem(
      finding(
        'TARGET_BEFORE_BACKUP',
        `none of the ${backups.length} backups of list is as old as the target`,
      ),
    );
  return {
    name: newest.name,
    findings: [finding('BACKUP_CHOSEN', `the newest backup of list is ${newest.name}`)],
  };
}

/** @throws CommandProblem where not even an empty cluster would fit */
async function roomOnDisk(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  const mostBytes = bavail * bsize - leftFreeBytes;
  if (mostBytes >= leastBytes) return mostBytes;
  throw new CommandProblem(
    finding(
      'SANDBOX_DISK_FULL',
      `${formatBytes(bavail * bsize)} of the disk are free, of which ${formatBytes(leftFreeBytes)} are left for the WAL: nothing was fetched`,
    ),
  );
}
