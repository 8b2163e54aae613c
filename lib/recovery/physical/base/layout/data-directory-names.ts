/** Where a data directory begins among the names of a tar or a folder. */

/** What initdb and the server make at the top of a data directory, and nothing else is called. */
const topNames = new Set([
  'PG_VERSION',
  'backup_label',
  'tablespace_map',
  'global',
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical',
  'pg_multixact',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal',
  'pg_xact',
]);

/**
 * The path of the data directory, empty or with a slash at its end, told by the name of one thing in it; null when the name
 * tells nothing. `PG_VERSION` lies in every database's folder as well.
 */
export function folderOfDataDirectory(path: string): string | null {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const index = parts.findIndex((part) => topNames.has(part));
  if (index === -1) return null;
  const isInDatabase =
    parts[index] === 'PG_VERSION' && /^\d+$/.test(parts[index - 1] ?? '') && parts[index - 2] === 'base';
  const folder = parts.slice(0, isInDatabase ? index - 2 : index);
  return folder.length === 0 ? '' : `${folder.join('/')}/`;
}
