import { baseNameOf } from '../backup/dump-names.ts';
import { matchDumpName, trustedDumpPattern } from '../backup/dump-pattern.ts';
import type { DrillConfig } from './index.ts';

/** Configured databases whose pattern the name of a single dump fits; folders in a pattern do not count. */
export function fittingDatabases(dumpName: string, config: DrillConfig | null): string[] {
  return Object.entries(config?.databases ?? {}).flatMap(([name, { source }]) => {
    if (source.pattern === null) return [];
    const pattern = trustedDumpPattern(source.pattern.slice(source.pattern.lastIndexOf('/') + 1));
    return matchDumpName(pattern, baseNameOf(dumpName), source.timezone).kind === 'no match' ? [] : [name];
  });
}

/**
 * A name for a database of which only a dump's file name is known, for the ledger: its first word, without timestamp
 * and endings. `cleaning_20261118T020000Z.sql.gz` becomes `cleaning`.
 */
export function databaseNameFor(dumpName: string): string {
  const stem = baseNameOf(dumpName).replace(
    /\.(sql|dump|tar|dir|pgdump|backup|bak|gz|zst|xz|bz2|lz4|tgz|enc)\b/gi,
    '',
  );
  const words = stem.replace(/\d[\dT:_.Z-]{5,}/g, '').replace(/[^A-Za-z0-9_-]+/g, '-');
  const name = words.replace(/^[^A-Za-z]+|[-_]+$/g, '').slice(0, 32);
  return name === '' ? 'database' : name;
}
