// Whether action.yml and the examples for CI are what GitHub and GitLab take, by their own JSON Schemas as check-jsonschema
// (Python, from PyPI) carries them; it is installed below the cache directory, once.
//   node scripts/ci-files.mjs [install]       `install` alone tells by its exit code whether that is possible
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory } from './node-release.mjs';

const version = '0.39.0';
const directory = join(cacheDirectory, `restore-drill-check-jsonschema-${version}`);
const program = join(directory, 'bin', 'check-jsonschema');

/** Schema → the file that it is for. */
const files = {
  'vendor.github-actions': 'action.yml',
  'vendor.github-workflows': 'examples/ci/github.yml',
  'vendor.gitlab-ci': 'examples/ci/gitlab-ci.yml',
};

try {
  if (!existsSync(program)) {
    rmSync(directory, { recursive: true, force: true });
    const stdio = ['ignore', 'ignore', 'pipe'];
    execFileSync('python3', ['-m', 'venv', directory], { stdio });
    const words = ['install', '--quiet', '--disable-pip-version-check', `check-jsonschema==${version}`];
    execFileSync(join(directory, 'bin', 'pip'), words, { stdio });
  }
} catch (error) {
  console.error('check-jsonschema could not be installed (it needs python3 with venv, and PyPI):');
  console.error(String(error.stderr ?? error.message).trim());
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const failed = Object.entries(files).filter(([schema, file]) => {
    const { status } = spawnSync(program, ['--builtin-schema', schema, file], { stdio: 'inherit' });
    return status !== 0;
  });
  process.exit(failed.length === 0 ? 0 : 1);
}
