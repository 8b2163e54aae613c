import type { TargetTree } from './target-tree.ts';

/**
 * Folders that a server needs and that are often empty (subdirs of initdb.c): stores of objects and some packers leave empty
 * folders out.
 */
const workingFolders = [
  'global',
  'pg_commit_ts',
  'pg_dynshmem',
  'pg_logical/mappings',
  'pg_logical/snapshots',
  'pg_multixact/members',
  'pg_multixact/offsets',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_tblspc',
  'pg_twophase',
  'pg_wal/archive_status',
  'pg_xact',
];

export function makeWorkingFolders(tree: TargetTree): void {
  for (const name of workingFolders) tree.makeFolder(tree.pathOf(name));
}
