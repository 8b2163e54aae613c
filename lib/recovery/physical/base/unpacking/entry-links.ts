import { posix } from 'node:path';
import type { BaseEntry } from './base-entries.ts';
import { entryName } from './entry-name.ts';

/** What becomes of a link in a tar. */
export type LinkPlacing =
  /** `pg_tblspc/<oid>`: replaced by a folder of ours, whatever it leads to. */
  | { kind: 'tablespace' }
  /** `initdb --waldir`: replaced by a folder of ours. */
  | { kind: 'wal elsewhere' }
  /** Symbolic, within the data directory by what it says; what it really reaches is looked at when it is made. */
  | { kind: 'within'; target: string }
  /** A hard link to a file of the data directory that has passed. */
  | { kind: 'copy'; name: string }
  | { kind: 'hostile'; reason: string };

/** @param name of the link in the data directory */
export function linkPlacing(
  name: string,
  { kind, linkTarget, folder, place }: Pick<BaseEntry, 'kind' | 'linkTarget' | 'folder' | 'place'>,
): LinkPlacing {
  const target = linkTarget ?? '';
  if (kind === 'hard link') {
    const found = entryName(target, folder);
    return found.kind === 'inside' && found.name !== ''
      ? { kind: 'copy', name: `${place}${found.name}` }
      : { kind: 'hostile', reason: 'it is a hard link to something outside' };
  }
  if (/^pg_tblspc\/\d+$/.test(name)) return { kind: 'tablespace' };
  if (name === 'pg_wal') return { kind: 'wal elsewhere' };
  const reached = posix.normalize(posix.join(posix.dirname(name), target));
  const leadsOut = target === '' || target.startsWith('/') || reached === '..' || reached.startsWith('../');
  // Tablespaces lie in directories of their own, from which a relative path leads elsewhere.
  if (leadsOut || name.startsWith('pg_tblspc/'))
    return { kind: 'hostile', reason: 'it is a symbolic link that leads out of the data directory' };
  return { kind: 'within', target };
}
