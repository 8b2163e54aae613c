// Whether seals are what they say, by securesystemslib (Python, from PyPI), the library of in-toto, which knows nothing of
// restore-drill; it is installed below the cache directory, once.
//   node scripts/seals.mjs [install]       `install` alone tells by its exit code whether that is possible
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './node-release.mjs';

const version = '1.6.0';
const directory = join(cacheDirectory, `restore-drill-securesystemslib-${version}`);
const python = join(directory, 'bin', 'python');

try {
  if (!existsSync(join(directory, 'bin', 'installed'))) {
    rmSync(directory, { recursive: true, force: true });
    const stdio = ['ignore', 'ignore', 'pipe'];
    execFileSync('python3', ['-m', 'venv', directory], { stdio });
    const words = [
      'install',
      '--quiet',
      '--disable-pip-version-check',
      `securesystemslib[crypto]==${version}`,
    ];
    execFileSync(join(directory, 'bin', 'pip'), words, { stdio });
    execFileSync('touch', [join(directory, 'bin', 'installed')], { stdio });
  }
} catch (error) {
  console.error('securesystemslib could not be installed (it needs python3 with venv, and PyPI):');
  console.error(String(error.stderr ?? error.message).trim());
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'seals'];
  const env = { ...process.env, SECURESYSTEMSLIB_PYTHON: python };
  process.exit(spawnSync(process.execPath, words, { stdio: 'inherit', env }).status ?? 1);
}
