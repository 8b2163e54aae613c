import type { DumpOpening } from '../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../domain/config/index.ts';
import type { BackupCommands } from '../ports/backup-commands.ts';

/** The commands of a source as they are run; null: its backups are read by ourselves. Pure. */
export function commandsWith(
  source: SourceConfig,
  { environment }: Pick<DumpOpening, 'environment'>,
): BackupCommands | null {
  // Absent in a request that an earlier release wrote.
  const commands = source.physical?.commands ?? null;
  if (commands === null) return null;
  const isFolder = source.kind === 'folder';
  return {
    ...commands,
    reads: isFolder ? [source.folder, ...commands.reads] : commands.reads,
    network: commands.network ?? !isFolder,
    environment: environment?.variables ?? {},
    secrets: environment?.secrets ?? [],
  };
}
