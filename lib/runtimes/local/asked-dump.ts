import { type Dirent, existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseS3Url } from '../../adapters/dump-stores/s3/s3-location.ts';
import { nameKind } from '../../domain/backup/dump-names.ts';
import { isDatabaseName } from '../../domain/config/database-name.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { type BaseBackupPlaces, nameOfPlace, placeOf } from './base-backup-places.ts';
import type { DrillOptions } from './request-options.ts';

/** What the command line names to be drilled, instead of what drills.yaml would select. */
export type AskedDump =
  | { kind: 'base backup'; places: BaseBackupPlaces; dumpKey: null; name: string }
  | { kind: 'file'; path: string; dumpKey: string }
  | { kind: 's3'; bucket: string; prefix: string; dumpKey: string };

/**
 * What was meant by a first word that cannot be a database's name, because it has a dot or a slash: `run app.dump` is
 * `run --dump app.dump`.
 */
export function withMeantDump(options: DrillOptions): DrillOptions {
  const { database, dump, base } = options;
  if (database === undefined || dump !== undefined || base !== undefined || isDatabaseName(database))
    return options;
  return { ...options, database: undefined, dump: database };
}

/** @throws DrillError REQUEST_INVALID for words that do not go together, and for a folder that is no dump */
export function askedDump(options: DrillOptions): AskedDump | null {
  const { base, wal, dump } = options;
  if (base === undefined && wal === undefined) return dump === undefined ? null : parseDump(dump);
  if (base === undefined || wal === undefined || dump !== undefined)
    throw new DrillError(
      'REQUEST_INVALID',
      'a base backup is asked for with --base and --wal, and without --dump',
      {
        hint: 'Run `restore-drill run --base basebackup/ --wal wal/`, with --at TIME to recover to a moment.',
      },
    );
  const places = { base: placeOf(base), wal: placeOf(wal) };
  return { kind: 'base backup', places, dumpKey: null, name: nameOfPlace(places.base) };
}

function parseDump(text: string): AskedDump {
  const s3 = parseS3Url(text);
  if (s3 === null) {
    refuseFolderOfDumps(text);
    return { kind: 'file', path: resolve(text), dumpKey: basename(resolve(text)) };
  }
  const { bucket, key: dumpKey } = s3;
  return { kind: 's3', bucket, prefix: dumpKey.includes('/') ? `${dirname(dumpKey)}/` : '', dumpKey };
}

/** Files by which a folder is one dump, whole or cut off. */
const ofDirectoryDump = /^(toc\.(dat|glo)|map\.dat|\d+\.dat(\.(gz|lz4|zst))?)$/;

/** A folder that somebody named as a dump, and that holds dumps. */
function refuseFolderOfDumps(text: string): void {
  const entries = entriesOf(text);
  if (entries === null || entries.some(({ name }) => ofDirectoryDump.test(name))) return;
  // What is no dump because it is a base backup or WAL, the drill says, with a record and the command for it.
  if (entries.some(({ name }) => nameKind(name) === 'physical backup')) return;
  // Their names hold their moments, more often than not.
  const newest = entries
    .filter((entry) => entry.isFile() && nameKind(entry.name) === 'possible dump')
    .map(({ name }) => name)
    .sort()
    .at(-1);
  if (newest === undefined)
    throw new DrillError(
      'REQUEST_INVALID',
      `${text} is a folder without toc.dat, so it is no dump, and no file in it can be one`,
      {
        hint: 'Give a file of it with --dump, or a folder that `pg_dump -Fd` wrote.',
      },
    );
  const file = join(text, newest);
  throw new DrillError('REQUEST_INVALID', `${text} is a folder of dumps and not one dump`, {
    hint: `Run \`restore-drill run --dump ${file}\`; \`restore-drill init --dump ${file}\` writes a drills.yaml that takes the newest of them.`,
  });
}

/** Null: no folder that we can look into. */
function entriesOf(folder: string): Dirent[] | null {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return null;
  }
}

/** What to type for a name that is no database's: a file may have it. */
export const meantAsFile = (name: string): string | null =>
  existsSync(name) ? `Run \`restore-drill run --dump ${name}\` to drill the file of that name.` : null;
