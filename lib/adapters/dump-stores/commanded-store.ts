import { isBackupName, type ListedBackup, latestBackup } from '../../domain/backup/listed-backups.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { DumpStore } from '../../ports/dump-store.ts';

/** Where the tool is not at hand: its newest is all that is listed, and of another name the tool will say whether it has it. */
export const storeOfLatest = (now: () => Date): DumpStore => ({
  ...createCommandedStore('what the commands have', async () => [{ name: latestBackup, takenAt: null }], now),
  named: (key) => (isBackupName(key) ? { key, sizeBytes: 0, modifiedAt: now().toISOString() } : null),
});

/**
 * Base backups that a tool of the user lists and brings: a listing without content. Of their size nothing is known; where no
 * moment is known either, a later one of the list counts as newer.
 * @param location for messages @param now the moment of looking
 */
export function createCommandedStore(
  location: string,
  list: () => Promise<ListedBackup[]>,
  now: () => Date,
): DumpStore {
  return {
    location,
    async *list() {
      const backups = await list();
      const lookedAt = now().getTime();
      for (const [index, { name, takenAt }] of backups.entries())
        yield {
          key: name,
          sizeBytes: 0,
          modifiedAt: takenAt ?? new Date(lookedAt - (backups.length - 1 - index)).toISOString(),
          ...(takenAt === null ? {} : { takenAt }),
        };
    },
    stat: async () => null,
    open: async (key) => {
      throw new DrillError('DUMP_UNREADABLE', `${key} is not read but brought by a command`, { fault: 'us' });
    },
  };
}
