import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Below it, what the development scripts fetch once. */
export const cacheDirectory =
  process.env.RESTORE_DRILL_CACHE_DIR || process.env.XDG_CACHE_HOME || join(homedir(), '.cache');

/** Folder with `node` of an exact version, from npm's packages of Node's own binaries; fetched once. */
export function nodeRelease(version) {
  const name = `node-${process.platform}-${process.arch}`;
  const folder = join(cacheDirectory, 'restore-drill-node', version);
  const bin = join(folder, 'node_modules', name, 'bin');
  if (!existsSync(join(folder, 'installed'))) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const words = ['install', '--silent', '--ignore-scripts', '--no-package-lock', `${name}@${version}`];
    execFileSync('npm', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    writeFileSync(join(folder, 'installed'), new Date().toISOString());
  }
  return bin;
}
