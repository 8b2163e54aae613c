import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './repository-root.ts';

/**
 * Builds the shipped program as `npm run build` does, into a folder of its own: whoever builds beside the run cannot pull it
 * away. It lies in the repository, because dependencies stay outside the bundle.
 *
 * @returns the folder, to be removed by the caller
 */
export function buildCommandLine(): string {
  const parent = join(repositoryRoot, '.restore-drill');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'built-'));
  chmodSync(folder, 0o755);
  for (let tries = 1; ; tries += 1) {
    try {
      execFileSync(process.execPath, ['scripts/build.mjs'], { cwd: repositoryRoot, stdio: 'pipe' });
      cpSync(join(repositoryRoot, 'dist'), folder, { recursive: true });
      return folder;
    } catch (error) {
      // Another build swapped dist/ while we copied: what it built is the same, so trying again is enough.
      if (tries === 5) throw error;
    }
  }
}
