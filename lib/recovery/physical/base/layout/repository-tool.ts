import type { RepositoryTool } from './base-layout.ts';

/**
 * By names that only the program itself gives: pgBackRest's `backup/<stanza>/backup.info`, WAL-G's `basebackups_005/` with
 * sentinels, Barman's `base/<id>/backup.info` beside `base/<id>/data/` or `data.tar`.
 */
const signs: readonly [RepositoryTool, RegExp][] = [
  ['pgBackRest', /(^|\/)backup\/[^/]+\/backup\.info(\.copy)?$/],
  ['pgBackRest', /(^|\/)archive\/[^/]+\/archive\.info(\.copy)?$/],
  ['WAL-G', /(^|\/)basebackups_005\/[^/]+(_backup_stop_sentinel\.json$|\/tar_partitions\/)/],
  ['Barman', /(^|\/)base\/\d{8}T\d{6}\/(backup\.info$|data\/PG_VERSION$|data\.tar)/],
];

/** Null where no name is one of a repository. */
export function repositoryTool(names: Iterable<string>): RepositoryTool | null {
  for (const name of names) {
    const found = signs.find(([, sign]) => sign.test(name));
    if (found !== undefined) return found[0];
  }
  return null;
}
