/** What an unpacked data directory says about itself, read from disk without starting anything on it. */
import { closeSync, existsSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { type BackupLabelReading, longestLabelBytes, readBackupLabel } from './backup-label.ts';
import type { ControlFileReading } from './control-file.ts';
import { controlFileBytes, readControlFile } from './read-control-file.ts';
import { readTablespaceMap, type TablespaceMapReading } from './tablespace-map.ts';

export interface DataDirectoryFacts {
  /** Null where there is none: not made by pg_backup_start, or it was left out. */
  label: BackupLabelReading | null;
  /** Null where there is none or an empty one: the backup has no tablespaces. */
  tablespaceMap: TablespaceMapReading | null;
  /** Of PG_VERSION, e.g. 15; null where it is missing or says something else. */
  majorVersion: number | null;
  /** Null where there is none. */
  control: ControlFileReading | null;
  /** A postmaster.pid: the files of a running server were copied, which no base backup is. */
  isLiveCopy: boolean;
}

/** Lines of at most MAXPGPATH for a thousand tablespaces. */
const longestMapBytes = 4 * 1024 * 1024;

export function readDataDirectory(directory: string): DataDirectoryFacts {
  const label = beginningOf(join(directory, 'backup_label'), longestLabelBytes);
  const map = beginningOf(join(directory, 'tablespace_map'), longestMapBytes);
  const version = beginningOf(join(directory, 'PG_VERSION'), 32);
  const control = beginningOf(join(directory, 'global', 'pg_control'), controlFileBytes + 1);
  return {
    label: label === null ? null : readBackupLabel(label.toString('utf8')),
    tablespaceMap: map === null || map.length === 0 ? null : readTablespaceMap(map.toString('utf8')),
    majorVersion: version === null ? null : majorOf(version.toString('latin1')),
    control: control === null ? null : readControlFile(control),
    isLiveCopy: existsSync(join(directory, 'postmaster.pid')),
  };
}

/** Since 10 the whole content is the number of the major. */
export function majorOf(version: string): number | null {
  const [, major] = /^(\d{1,3})\r?\n?$/.exec(version) ?? [];
  return major === undefined ? null : Number(major);
}

function beginningOf(path: string, mostBytes: number): Buffer | null {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const bytes = Buffer.alloc(mostBytes);
    return bytes.subarray(0, readSync(file, bytes, 0, mostBytes, 0));
  } finally {
    closeSync(file);
  }
}
