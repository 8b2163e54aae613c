import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Whatever may change a bundle: our sources, and what npm says that it installed. */
const sourceFolders = ['lib', 'lambdas', 'containers'];
const sourceFiles = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json'];

/**
 * Fills `outdir` with what `build` makes of our sources. Bundling costs half a minute of processor and its outcome
 * depends on nothing in drills.yaml, so it is done once for the sources as they are and copied from then on; whoever
 * edits a dependency in place removes `node_modules/.cache`. Where nothing can be kept, it is built each time.
 *
 * @param root of the repository: the CDK runs the app there
 */
export function builtOnce(
  name: string,
  outdir: string,
  build: (folder: string) => void,
  root: string = process.cwd(),
): void {
  const kept = join(root, 'node_modules', '.cache', 'restore-drill', 'bundles');
  // Another version of Node.js may compress otherwise; what it keeps lies beside, for tests of several that run at one time.
  const named = `${name}-${process.version}`;
  const folder = join(kept, `${named}-${sourcesDigest(root)}`);
  if (!existsSync(folder) && !keep(named, folder, build)) {
    build(outdir);
    return;
  }
  cpSync(folder, outdir, { recursive: true });
}

/** Builds beside and moves into place, so that nobody finds half of it. @returns whether there is one to copy now */
function keep(name: string, folder: string, build: (folder: string) => void): boolean {
  let beside: string;
  try {
    mkdirSync(dirname(folder), { recursive: true });
    beside = mkdtempSync(join(dirname(folder), `.${name}-`));
  } catch {
    return false;
  }
  try {
    build(beside);
    removeFormer(name, folder);
    renameSync(beside, folder);
    return true;
  } catch (error) {
    // Another run may have been first.
    if (existsSync(folder)) return true;
    throw error;
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
}

/** All but the one in hand, which another run may have made just now. */
function removeFormer(name: string, folder: string): void {
  for (const former of readdirSync(dirname(folder)))
    if (former.startsWith(`${name}-`) && former !== basename(folder))
      rmSync(join(dirname(folder), former), { recursive: true, force: true });
}

/** Of names and contents, so that neither a moved file nor a clock goes unnoticed. */
function sourcesDigest(root: string): string {
  const digest = createHash('sha256');
  const add = (path: string): void => {
    if (existsSync(join(root, path))) digest.update(`\0${path}\0`).update(readFileSync(join(root, path)));
  };
  for (const path of sourceFiles) add(path);
  for (const folder of sourceFolders)
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).sort(
      byPath,
    ))
      if (entry.isFile()) add(join(entry.parentPath, entry.name).slice(root.length + 1));
  return digest.digest('hex').slice(0, 32);
}

const byPath = (
  left: { parentPath: string; name: string },
  right: { parentPath: string; name: string },
): number => (`${left.parentPath}/${left.name}` < `${right.parentPath}/${right.name}` ? -1 : 1);
