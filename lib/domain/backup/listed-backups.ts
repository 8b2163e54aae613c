import { momentGiven } from '../time/given-moment.ts';

/** A base backup as the command of the user lists it. */
export interface ListedBackup {
  name: string;
  /** ISO 8601; null: the line tells none. */
  takenAt: string | null;
}

/** What a drill takes where nothing lists backups; WAL-G's own word for its newest. */
export const latestBackup = 'LATEST';

/** Most that are remembered of a list, for a walk-back. */
const mostOlder = 20;

/** Neither an option nor a path out of a folder, and nothing that a shell would read. */
const safeName = /^[A-Za-z0-9_][A-Za-z0-9_.:+@=,/-]{0,254}$/;

/** Whether a name may be handed to a command. Pure. */
export const isBackupName = (name: string): boolean => safeName.test(name) && !name.split('/').includes('..');

/** The newest that was not taken after the moment; of those without a moment the last of the list. Null: there is none. Pure. */
export const newestBackup = (backups: readonly ListedBackup[], at: string | null): ListedBackup | null =>
  newestFirst(backups, at)[0] ?? null;

/** Those that are older than the newest that was not taken after the moment, newest first: what is left to walk back to. Pure. */
export const olderBackups = (backups: readonly ListedBackup[], at: string | null): ListedBackup[] =>
  newestFirst(backups, at).slice(1, 1 + mostOlder);

function newestFirst(backups: readonly ListedBackup[], at: string | null): ListedBackup[] {
  return backups
    .filter(({ takenAt }) => at === null || takenAt === null || takenAt <= at)
    .toReversed()
    .toSorted((one, other) =>
      (one.takenAt ?? '') < (other.takenAt ?? '') ? 1 : one.takenAt === other.takenAt ? 0 : -1,
    );
}

/**
 * Reads what a command listed, a backup a line: its name, and its moment where a second word is one. Where some lines have a
 * moment, the others are headings. Pure.
 * @returns in the order of the lines; or why it is no list
 */
export function parseListedBackups(text: string): { backups: ListedBackup[] } | { reason: string } {
  const lines = text.split('\n').map((line) => line.trim());
  const told = lines
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', second = ''] = line.split(/\s+/);
      // A day alone stands for its end elsewhere, which no backup was taken at.
      return { name, takenAt: second.includes('T') ? momentGiven(second, 'UTC', null) : null };
    });
  const dated = told.filter(({ takenAt }) => takenAt !== null);
  const backups = dated.length > 0 ? dated : told;
  const strange = backups.findIndex(({ name }) => !isBackupName(name));
  if (strange !== -1) return { reason: `the name of backup ${strange + 1} is none that can be handed on` };
  return { backups };
}
