import { dumpError } from '../../streams/bytes/dump-error.ts';
import { isDataFile } from './archive/directory-data.ts';

/**
 * Refuses folders that hold no directory dump, saying what they hold instead.
 * @throws DrillError DUMP_EMPTY, PHYSICAL_BACKUP, DUMP_NOT_A_DUMP
 */
export function refuseOtherDirectories(names: readonly string[]): void {
  if (names.some((name) => /^toc\.dat(?:\.(?:gz|lz4|zst))?$/.test(name))) return;
  if (names.length === 0) throw dumpError('DUMP_EMPTY', 'the directory holds no file');
  const isPhysical = (name: string): boolean =>
    /^(?:base|pg_wal|\d+)\.tar(?:\.\w+)?$|(?:^|\/)(?:backup_manifest|backup_label|PG_VERSION|global\/pg_control)$/.test(
      name,
    );
  if (names.some(isPhysical)) throw dumpError('PHYSICAL_BACKUP', 'the directory holds a base backup');
  const isWal = (name: string): boolean => /^[0-9A-F]{24}(?:\.[0-9A-Za-z]+)*$/.test(name);
  if (names.some(isWal)) throw dumpError('PHYSICAL_BACKUP', 'the directory holds archived WAL');
  if (names.some(isDataFile))
    throw dumpError('DUMP_TRUNCATED', 'the directory holds data files of a dump, but no toc.dat');
  throw dumpError('DUMP_NOT_A_DUMP', 'the directory holds no toc.dat');
}
