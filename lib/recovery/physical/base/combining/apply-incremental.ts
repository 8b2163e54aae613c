/**
 * Makes of an unpacked backup and the incremental one that builds on it what the cluster was at the second, as pg_combinebackup
 * does, but in place: no third copy is on the disk.
 */
import { mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { applyIncrementalFile, type BlockSizes } from './incremental-file.ts';

/** Where a base backup was unpacked to, both absolute. */
export interface UnpackedPlace {
  dataDirectory: string;
  tablespaceDirectory: string;
}

const prefix = 'INCREMENTAL.';

/**
 * @param before becomes the later one @param later of the same file system; is used up
 * @returns in words what keeps them from being combined, with the name of the file; null when nothing does
 */
export async function applyIncremental(
  before: UnpackedPlace,
  later: UnpackedPlace,
  sizes: BlockSizes,
): Promise<string | null> {
  const problem =
    (await applyFolder('', { before: before.dataDirectory, later: later.dataDirectory }, sizes)) ??
    (await applyFolder('', { before: before.tablespaceDirectory, later: later.tablespaceDirectory }, sizes));
  if (problem !== null) return problem;
  await relinkTablespaces(before);
  await wholeLabel(before.dataDirectory);
  return null;
}

/** One folder of both: its files and folders are those of the later one. */
async function applyFolder(
  name: string,
  { before, later }: { before: string; later: string },
  sizes: BlockSizes,
): Promise<string | null> {
  const there = new Map((await readdir(before, { withFileTypes: true })).map((entry) => [entry.name, entry]));
  const kept = new Set<string>();
  for (const entry of await readdir(later, { withFileTypes: true })) {
    const isIncremental = entry.isFile() && entry.name.startsWith(prefix);
    const target = isIncremental ? entry.name.slice(prefix.length) : entry.name;
    const paths = { before: join(before, target), later: join(later, entry.name) };
    const path = join(name, entry.name);
    if (kept.has(target)) return `${path}: it is there whole as well`;
    kept.add(target);
    if (isIncremental) {
      const problem = await applyIncrementalFile(paths.later, paths.before, sizes);
      if (problem !== null) return `${path}: ${problem}`;
      continue;
    }
    const known = there.get(target);
    const isFolder = entry.isDirectory();
    // A link is replaced and never followed.
    if (known !== undefined && known.isDirectory() !== isFolder) await rm(paths.before, { recursive: true });
    if (!isFolder) await rename(paths.later, paths.before);
    else {
      if (known?.isDirectory() !== true) await mkdir(paths.before, { mode: 0o700 });
      const problem = await applyFolder(path, paths, sizes);
      if (problem !== null) return problem;
    }
  }
  for (const gone of there.keys())
    if (!kept.has(gone)) await rm(join(before, gone), { recursive: true, force: true });
  return null;
}

/** The links of the later one lead to where its own tablespaces were unpacked. */
async function relinkTablespaces({ dataDirectory, tablespaceDirectory }: UnpackedPlace): Promise<void> {
  const folder = join(dataDirectory, 'pg_tblspc');
  for (const oid of (await readdir(folder)).filter((name) => /^\d+$/.test(name))) {
    const path = join(folder, oid);
    if ((await readlink(path)) === join(tablespaceDirectory, oid)) continue;
    await rm(path);
    await symlink(join(tablespaceDirectory, oid), path);
  }
}

/** Without the lines that make a server refuse it, as pg_combinebackup's backup_label.c writes it. */
async function wholeLabel(dataDirectory: string): Promise<void> {
  const path = join(dataDirectory, 'backup_label');
  const lines = (await readFile(path, 'utf8')).split('\n');
  await writeFile(path, lines.filter((line) => !/^INCREMENTAL FROM (LSN|TLI): /.test(line)).join('\n'));
}
