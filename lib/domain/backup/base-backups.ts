import { renamedTar } from './base-tars.ts';
import type { ListedDump } from './directory-dumps.ts';
import type { DumpObject } from './dump.ts';
import { baseNameOf, finishedName, folderOf, isTarballName, withoutEncryption } from './dump-names.ts';
import { groupSplitDumps } from './split-dumps.ts';

/** Files by which the folder of one base backup is known: pg_basebackup's in tar format, or a data directory's own. */
const marks =
  /^(base\.tar(\.\w+)?|backup_manifest(\.\w+)?|backup\.manifest|files_metadata\.json|PG_VERSION|backup_label)$/;
/** Where WAL-G keeps the tars of a backup, in its folder. */
const partitions = /^(.*\/)?tar_partitions\/[^/]+$/;
/** Archives that are no tar: said to be there, and not read. */
const otherArchive = /\.(zip|7z|rar|cpio|cpio\.\w+)$/i;

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
 * lies below it; so is one tarball, cut into parts or not, and so are pg_basebackup's files where each was renamed in the same
 * way. The WAL lies elsewhere. The upload ended with the last file.
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
  const loose: ListedDump[] = [];
  for (const file of files) {
    const folder = folderOfBackup(file.key, folders);
    if (folder === null) loose.push({ ...file, directory: false, unfinished: null });
    else addTo(backups, folder, file);
  }
  return [...backups.values(), ...tarballsAmong(loose)];
}

/** One more file of a backup that is known by this key. */
function addTo(backups: Map<string, ListedDump>, key: string, file: DumpObject): void {
  const { sizeBytes, modifiedAt, archivedIn } = file;
  const known = backups.get(key);
  if (known === undefined) {
    const archived = archivedIn === undefined ? {} : { archivedIn };
    backups.set(key, { key, sizeBytes, modifiedAt, directory: true, unfinished: null, ...archived });
    return;
  }
  known.sizeBytes += sizeBytes;
  if (modifiedAt > known.modifiedAt) known.modifiedAt = modifiedAt;
  if (archivedIn !== undefined) known.archivedIn = archivedIn;
}

/** Backups of files that lie in no folder of their own. Those that were renamed are known by the key of their base.tar. */
function tarballsAmong(files: readonly ListedDump[]): ListedDump[] {
  const named = groupSplitDumps(files).map((file) => ({
    file,
    tar: file.parts === undefined ? renamedTar(withoutEncryption(file.key)) : null,
  }));
  const bases = new Map(
    named.flatMap(({ file, tar }) => (tar?.role.part === 'base' ? [[tar.backup, file.key] as const] : [])),
  );
  const sets = new Map<string, ListedDump>();
  const tarballs: ListedDump[] = [];
  for (const { file, tar } of named) {
    const base = tar === null ? undefined : bases.get(tar.backup);
    const name = withoutEncryption(file.key);
    if (base !== undefined && named.some((other) => other.tar?.backup === tar?.backup && other.file !== file))
      addTo(sets, base, file);
    // Of a backup whose base.tar is not here: by itself it is none.
    else if (tar?.role.part === 'wal' || tar?.role.part === 'manifest') continue;
    else if (isTarballName(finishedName(name) ?? name)) tarballs.push(file);
    else if (otherArchive.test(name))
      tarballs.push({ ...file, unfinished: 'it is no tar: base backups are read from tars and folders' });
  }
  return [...sets.values(), ...tarballs];
}
