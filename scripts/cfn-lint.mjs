// A second opinion on the template, from AWS's own linter (Python, from PyPI), which is installed below the cache directory, once.
//   node scripts/cfn-lint.mjs [install]       `install` alone tells by its exit code whether that is possible
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './node-release.mjs';

const version = '1.58.0';
const directory = join(cacheDirectory, `restore-drill-cfn-lint-${version}`);
const program = join(directory, 'bin', 'cfn-lint');

try {
  if (!existsSync(program)) {
    rmSync(directory, { recursive: true, force: true });
    const stdio = ['ignore', 'ignore', 'pipe'];
    execFileSync('python3', ['-m', 'venv', directory], { stdio });
    const words = ['install', '--quiet', '--disable-pip-version-check', `cfn-lint==${version}`];
    execFileSync(join(directory, 'bin', 'pip'), words, { stdio });
  }
} catch (error) {
  console.error('cfn-lint could not be installed (it needs python3 with venv, and PyPI):');
  console.error(String(error.stderr ?? error.message).trim());
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'template'];
  const env = { ...process.env, CFN_LINT: program };
  process.exit(spawnSync(process.execPath, words, { stdio: 'inherit', env }).status ?? 1);
}
