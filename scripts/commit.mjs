import { execFileSync } from 'node:child_process';

/**
 * The commit of the sources in a folder, with `+changes` where tracked files differ from it; `unknown` where git or the
 * repository is not there, as in an unpacked package.
 */
export function commitOf(folder = process.cwd()) {
  const git = (...words) =>
    execFileSync('git', words, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const changed = git('status', '--porcelain', '--untracked-files=no') !== '';
    return `${git('rev-parse', 'HEAD')}${changed ? '+changes' : ''}`;
  } catch {
    return 'unknown';
  }
}
