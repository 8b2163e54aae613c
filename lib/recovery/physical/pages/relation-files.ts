import { type Dirent, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { join, sep } from 'node:path';

/** One file of a relation: up to a gigabyte of one of its forks. */
export interface RelationFile {
  /** Below the data directory, e.g. `base/16384/16402.1`. */
  name: string;
  path: string;
  /** 0 for the first file of the fork. */
  segment: number;
}

/** Of a relation, or of a temporary one that a crash left; `_fsm`, `_vm` and `_init` are its forks (common/relpath.h). */
const relationName = /^(?:t\d+_)?\d+(?:_(?:fsm|vm|init))?(?:\.(\d+))?$/;
const objectId = /^\d+$/;

/**
 * Every file with data pages of a stopped cluster: of the shared catalogs, of each database, and of the databases in each
 * tablespace. Whatever else lies there (pg_control, pg_filenode.map, PG_VERSION, pg_internal.init, temporary files) has no pages.
 * A tablespace counts only where its link leads into ours.
 *
 * Source: PostgreSQL, src/bin/pg_checksums/pg_checksums.c (`scan_directory`, `skip`).
 */
export function* relationFiles(dataDirectory: string, tablespaceDirectory: string): Generator<RelationFile> {
  yield* filesIn(dataDirectory, 'global');
  yield* filesOfDatabases(dataDirectory, 'base');
  const ours = realpathSync(tablespaceDirectory) + sep;
  for (const { name } of entries(dataDirectory, 'pg_tblspc')) {
    const path = join(dataDirectory, 'pg_tblspc', name);
    if (!objectId.test(name) || (lstatSync(path).isSymbolicLink() && !leadsInto(path, ours))) continue;
    for (const version of entries(dataDirectory, `pg_tblspc/${name}`))
      if (version.isDirectory() && version.name.startsWith('PG_'))
        yield* filesOfDatabases(dataDirectory, `pg_tblspc/${name}/${version.name}`);
  }
}

/** The server runs behind walls of its own: a link that its WAL made may mean another place here. */
function leadsInto(path: string, ours: string): boolean {
  try {
    return realpathSync(path).startsWith(ours);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

function* filesOfDatabases(dataDirectory: string, folder: string): Generator<RelationFile> {
  for (const database of entries(dataDirectory, folder))
    if (database.isDirectory() && objectId.test(database.name))
      yield* filesIn(dataDirectory, `${folder}/${database.name}`);
}

function* filesIn(dataDirectory: string, folder: string): Generator<RelationFile> {
  for (const entry of entries(dataDirectory, folder)) {
    const found = relationName.exec(entry.name);
    if (found === null || !entry.isFile()) continue;
    const name = `${folder}/${entry.name}`;
    yield { name, path: join(dataDirectory, name), segment: Number(found[1] ?? 0) };
  }
}

const entries = (dataDirectory: string, folder: string): Dirent[] =>
  readdirSync(join(dataDirectory, folder), { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
