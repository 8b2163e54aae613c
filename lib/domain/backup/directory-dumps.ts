import type { DumpObject } from './dump.ts';
import { folderOf } from './dump-names.ts';

/** One object, or all files of a directory dump or all parts of a cut dump taken together. */
export interface ListedDump extends DumpObject {
  /** True for a directory dump: `key` is its prefix and ends in a slash, `sizeBytes` is the sum of its files. */
  directory: boolean;
  /** Number of parts of a cut dump (split-dumps.ts): `key` is their common name and no object. Absent for a whole one. */
  parts?: number;
  /** Why it cannot be whole although it is there; null when nothing speaks against it. */
  unfinished: string | null;
}

/** Data files of a directory dump: `3444.dat.gz`, `blob_16385.dat`, `blobs.toc`, `blobs_3500.toc`. */
const dataFile = /\/(\d+\.dat|blob_\d+\.dat|blobs(_\d+)?\.toc)(\.(gz|lz4|zst))?$/;

/**
 * Puts the files of directory dumps together: a folder that holds `toc.dat` is one dump, as `pg_dump -Fd` writes it.
 * pg_dump writes `toc.dat` last, so a folder with data files and none is a dump that was cut off or still runs. The
 * upload ended with the last file, and one archived file makes the whole archived.
 */
export function groupDirectoryDumps(objects: readonly DumpObject[]): ListedDump[] {
  const directories = new Map<string, ListedDump>();
  for (const object of objects) {
    const folder = folderOf(object.key);
    const contents = object.key === `${folder}toc.dat`;
    if (folder === '' || !(contents || dataFile.test(object.key))) continue;
    const directory = directories.get(folder) ?? {
      key: folder,
      sizeBytes: 0,
      modifiedAt: object.modifiedAt,
      directory: true,
      unfinished: 'it has data files but no toc.dat, which pg_dump writes last',
    };
    if (contents) directory.unfinished = null;
    directories.set(folder, directory);
  }
  const dumps: ListedDump[] = [];
  for (const object of objects) {
    // Consoles make zero-byte objects such as `postgres/` to show a folder.
    if (object.key.endsWith('/')) continue;
    const directory = directories.get(folderOf(object.key));
    if (directory === undefined) {
      dumps.push({ ...object, directory: false, unfinished: null });
      continue;
    }
    directory.sizeBytes += object.sizeBytes;
    if (object.modifiedAt > directory.modifiedAt) directory.modifiedAt = object.modifiedAt;
    if (object.archivedIn !== undefined) directory.archivedIn = object.archivedIn;
  }
  return [...dumps, ...directories.values()];
}
