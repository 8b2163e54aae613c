import { createReadStream, type Dirent } from 'node:fs';
import { lstat, opendir, readlink, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DumpObject } from '../../../domain/backup/dump.ts';
import { finding } from '../../../domain/findings/findings.ts';
import type { DumpStore } from '../../../ports/dump-store.ts';
import { CommandProblem } from './command-problem.ts';

/** What `fetch` brought, out of its reach. */
export interface BroughtFolders {
  directory: string;
  tablespaces: string;
  /** Where both lay when the command wrote, which is what its links name. */
  directoryThen: string;
  tablespacesThen: string;
}

/** Key of the base backup in the store of what was brought. */
export const broughtKey = 'base/';

/** Read before the rest, and again. */
const readTwice: ReadonlySet<string> = new Set(['backup_manifest', 'backup_label']);

/**
 * What was brought, as a store. Files of a data directory are moved: read to its end, one is gone, so that no two copies of the
 * whole are on the disk. Tars may be looked into before they are read.
 * @throws CommandProblem BACKUP_COMMAND_REFUSED, BACKUP_COMMAND_EMPTY
 */
export async function broughtStore(folders: BroughtFolders): Promise<DumpStore> {
  const paths = new Map<string, string>();
  const objects: DumpObject[] = [];
  for await (const { name, path } of filesIn(folders, '', folders.directory)) {
    const found = await lstat(path);
    if (found.nlink > 1) throw refused(`${name} has another name beside`);
    const key = broughtKey + name;
    paths.set(key, path);
    objects.push({ key, sizeBytes: found.size, modifiedAt: found.mtime.toISOString() });
  }
  if (objects.length === 0)
    throw new CommandProblem(
      finding('BACKUP_COMMAND_EMPTY', 'fetch ended with 0 and left the folder {directory} empty'),
    );
  const isDataDirectory = paths.has(`${broughtKey}PG_VERSION`);
  const isMoved = (key: string): boolean => isDataDirectory && !readTwice.has(key.slice(broughtKey.length));
  return {
    location: 'what fetch brought',
    async *list() {
      for (const object of objects) yield isMoved(object.key) ? { ...object, isMoved: true } : object;
    },
    stat: async (key) => objects.find((object) => object.key === key) ?? null,
    async open(key, { startByte, endByte } = {}) {
      const path = paths.get(key) ?? '';
      const stream = createReadStream(path, {
        highWaterMark: 1024 ** 2,
        ...(startByte === undefined ? {} : { start: startByte }),
        ...(endByte === undefined ? {} : { end: endByte }),
      });
      if (isMoved(key)) stream.once('end', () => void unlink(path).catch(() => undefined));
      return stream;
    },
  };
}

async function* filesIn(
  folders: BroughtFolders,
  place: string,
  folder: string,
): AsyncGenerator<{ name: string; path: string }> {
  const entries: Dirent[] = [];
  for await (const entry of await opendir(folder)) entries.push(entry);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = `${place}${entry.name}`;
    const path = join(folder, entry.name);
    if (entry.isFile()) yield { name, path };
    else if (entry.isDirectory()) yield* filesIn(folders, `${name}/`, path);
    else if (!entry.isSymbolicLink()) throw refused(`${name} is no file, folder or link`);
    else yield* filesIn(folders, `${name}/`, await tablespaceOf(folders, name, path));
  }
}

/** The folder of a tablespace that a link leads to. @throws CommandProblem for any other link */
async function tablespaceOf(folders: BroughtFolders, name: string, path: string): Promise<string> {
  const target = await readlink(path);
  const leads = () => refused(`${name} is a symbolic link that leads out of {directory} and {tablespaces}`);
  if (!/^pg_tblspc\/\d+$/.test(name)) throw refused(`${name} is a symbolic link and no tablespace`);
  const written = resolve(folders.directoryThen, 'pg_tblspc', target);
  for (const [then, now] of [
    [folders.tablespacesThen, folders.tablespaces],
    [folders.directoryThen, folders.directory],
  ] as const) {
    if (!written.startsWith(`${then}/`)) continue;
    let reached = now;
    // No link on the way either.
    for (const part of written.slice(then.length + 1).split('/')) {
      reached = join(reached, part);
      if (!(await lstat(reached).catch(() => null))?.isDirectory()) throw leads();
    }
    return reached;
  }
  throw leads();
}

const refused = (what: string): CommandProblem =>
  new CommandProblem(
    finding(
      'BACKUP_COMMAND_REFUSED',
      `of what fetch brought, ${JSON.stringify(what).slice(1, -1).slice(0, 300)}`,
    ),
  );
