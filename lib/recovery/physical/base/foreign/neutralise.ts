/**
 * Takes away whatever an unpacked cluster brings that would act when a server starts on it. To be called once its files were
 * compared with the manifest, and before anything is started.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTablespaceMap, writeTablespaceMap } from '../facts/tablespace-map.ts';
import { type ForeignSettings, foreignSettings } from './foreign-settings.ts';

export interface Neutralised {
  /** Names of the files and folders that were removed, relative to the data directory, sorted. */
  removed: string[];
  settings: ForeignSettings;
  /** Names of replication slots: they hold WAL back, and a logical one keeps a server of another wal_level from starting. */
  replicationSlots: string[];
  /** OIDs whose path in tablespace_map was replaced. */
  tablespaces: string[];
}

/** At the top of a data directory. Certificates and keys are the site's own, wherever its settings say they lie. */
const acting: readonly RegExp[] = [
  /\.conf$/,
  /^(standby|recovery)\.signal$/,
  /^(recovery\.done|conf\.d|postmaster\.(pid|opts)|current_logfiles|promote|fallback_promote)$/,
  /\.(key|crt|crl|pem|p12|pfx)$/,
];

/**
 * The server's own postgresql.conf and pg_hba.conf are the caller's to write: none starts without.
 * @param tablespacesDirectory where the tablespaces were unpacked to, absolute
 */
export function neutralise(dataDirectory: string, tablespacesDirectory: string): Neutralised {
  const settings = foreignSettings(dataDirectory);
  const removed = readdirSync(dataDirectory)
    .filter((name) => acting.some((each) => each.test(name)))
    .sort();
  for (const name of removed) rmSync(join(dataDirectory, name), { recursive: true });
  return {
    removed,
    settings,
    replicationSlots: emptyFolder(join(dataDirectory, 'pg_replslot')),
    tablespaces: mapTablespaces(dataDirectory, tablespacesDirectory),
  };
}

function emptyFolder(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).sort();
  for (const name of names) rmSync(join(folder, name), { recursive: true });
  return names;
}

/**
 * Left alone, the map would make the server link to the source's path: on the source's own machine, its live tablespace. A map
 * that cannot be read keeps every server from starting, and stays as it is.
 */
function mapTablespaces(dataDirectory: string, tablespacesDirectory: string): string[] {
  const path = join(dataDirectory, 'tablespace_map');
  if (!existsSync(path)) return [];
  const reading = readTablespaceMap(readFileSync(path, 'utf8'));
  if (reading.kind === 'damaged') return [];
  const mapped = reading.tablespaces.map(({ oid }) => ({ oid, path: join(tablespacesDirectory, oid) }));
  // In place, so that it keeps its owner.
  writeFileSync(path, writeTablespaceMap(mapped));
  return mapped.map(({ oid }) => oid);
}
