import type { AnnouncedChanges } from './announced-changes.ts';

/** Foreign servers and user mappings of one database, which only code of the dump can have made. */
export const waysOutSql = [
  'SELECT srvname FROM pg_catalog.pg_foreign_server',
  // The restore leaves out every user mapping of the dump.
  'SELECT srvname FROM pg_catalog.pg_user_mappings',
] as const;

/** @returns what code of the dump did, in words after `code of the dump`; names that code gave are not shown */
export function waysOut(
  servers: readonly string[],
  mappings: readonly string[],
  announced: AnnouncedChanges,
): string[] {
  const made = servers.filter((name) => !announced.has({ kind: 'foreign server', name })).length;
  return [
    ...(made === 0 ? [] : [`made ${made === 1 ? 'a foreign server' : `${made} foreign servers`}`]),
    ...(mappings.length === 0 ? [] : ['made a login for a foreign server']),
  ];
}
