// The end-to-end test against an emulated AWS account.   node scripts/emulator.mjs [install]
// Installs the pinned emulator (Python, from PyPI) and the Node.js that the deployed functions run on (from npm) below
// the cache directory, once, then runs test/emulator. `install` alone tells by its exit code whether that is possible.
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, nodeRelease } from './node-release.mjs';

/** Major of the deployed runtime, nodejs24.x. */
const nodeVersion = '24.21.0';
const requirementsFile = 'test/emulator/requirements.txt';

const key = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
const directory = join(cacheDirectory, 'restore-drill-emulator', key);
const ministack = join(directory, 'venv', 'bin', 'ministack');

function run(command, words, options = {}) {
  execFileSync(command, words, { stdio: ['ignore', 'ignore', 'pipe'], ...options });
}

function install() {
  nodeRelease(nodeVersion);
  const done = join(directory, 'installed');
  if (existsSync(done)) return;
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  run('python3', ['-m', 'venv', join(directory, 'venv')]);
  const pip = join(directory, 'venv', 'bin', 'pip');
  run(pip, ['install', '--quiet', '--disable-pip-version-check', '--no-deps', '-r', requirementsFile]);
  writeFileSync(done, new Date().toISOString());
}

try {
  install();
} catch (error) {
  console.error('The emulator could not be installed (it needs python3 with venv, PyPI and npm):');
  console.error(String(error.stderr ?? error.message).trim());
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/emulator/vitest.config.ts'];
  const { status } = spawnSync(process.execPath, [...words, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      EMULATOR_MINISTACK: ministack,
      EMULATOR_NODE: join(nodeRelease(nodeVersion), 'node'),
    },
  });
  process.exit(status ?? 1);
}
