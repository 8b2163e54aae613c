import type { ListedDump } from './directory-dumps.ts';
import type { DumpObject } from './dump.ts';
import { baseNameOf, folderOf, withoutEncryption } from './dump-names.ts';

/** Files by which the folder of one base backup is known: pg_basebackup's in tar format, or a data directory's own. */
const marks =
  /^(base\.tar(\.\w+)?|backup_manifest(\.\w+)?|backup\.manifest|files_metadata\.json|PG_VERSION|backup_label)$/;
/** Where WAL-G keeps the tars of a backup, in its folder. */
const partitions = /^(.*\/)?tar_partitions\/[^/]+$/;
const tarball = /\.(tar|tgz|tar\.\w+)$/i;

/**
 * A name from which the moment of a base backup is read. pgBackRest's folder of a differential or incremental one also has the
 * moment of the full one before it, and a letter follows each: `20261120-021503F_20261120-090000I`.
 */
export const momentNameOf = (key: string): string =>
  key.replace(/(?:\d{8}-\d{6}F_)?(\d{8}-\d{6})[FDI](?=\/?$)/, '$1');

/** The outermost folder of a key that holds such a file, or null. */
function folderOfBackup(key: string, folders: ReadonlySet<string>): string | null {
  let shortest: string | null = null;
  for (let folder = folderOf(key); ; folder = folderOf(folder)) {
    if (folders.has(folder)) shortest = folder;
    if (folder === '') return shortest;
  }
}

/**
 * Puts the files of base backups together: a folder with pg_basebackup's files or with a data directory is one, with all that
 * lies below it; so is one tarball. The WAL lies elsewhere. The upload ended with the last file.
 */
export function groupBaseBackups(objects: readonly DumpObject[], walPrefix: string): ListedDump[] {
  const files = objects.filter(({ key }) => !key.endsWith('/') && !key.startsWith(walPrefix));
  const folders = new Set(
    files.flatMap(({ key }) => {
      const parts = partitions.exec(key);
      if (parts !== null) return [parts[1] ?? ''];
      return marks.test(withoutEncryption(baseNameOf(key))) ? [folderOf(key)] : [];
    }),
  );
  const backups = new Map<string, ListedDump>();
  for (const file of files) {
    const folder = folderOfBackup(file.key, folders);
    if (folder === null) {
      if (tarball.test(withoutEncryption(file.key)))
        backups.set(file.key, { ...file, directory: false, unfinished: null });
      continue;
    }
    const known = backups.get(folder);
    if (known === undefined) {
      const { sizeBytes, modifiedAt, archivedIn } = file;
      const archived = archivedIn === undefined ? {} : { archivedIn };
      backups.set(folder, {
        key: folder,
        sizeBytes,
        modifiedAt,
        directory: true,
        unfinished: null,
        ...archived,
      });
      continue;
    }
    known.sizeBytes += file.sizeBytes;
    if (file.modifiedAt > known.modifiedAt) known.modifiedAt = file.modifiedAt;
    if (file.archivedIn !== undefined) known.archivedIn = file.archivedIn;
  }
  return [...backups.values()];
}
