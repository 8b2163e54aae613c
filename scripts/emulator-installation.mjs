import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, nodeRelease } from './node-release.mjs';

/** Major of the deployed runtime, nodejs24.x. */
const nodeVersion = '24.21.0';
const requirementsFile = 'test/emulator/requirements.txt';

function run(command, words) {
  execFileSync(command, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}

/**
 * Installs the pinned emulator (Python, from PyPI) and the Node.js that the deployed functions run on (from npm) below the
 * cache directory, once. @returns the variables by which test/emulator finds both
 * @throws Error with what could not be fetched
 */
export function installedEmulator() {
  const key = createHash('sha256').update(readFileSync(requirementsFile)).digest('hex').slice(0, 12);
  const directory = join(cacheDirectory, 'restore-drill-emulator', key);
  try {
    install(directory);
    return {
      EMULATOR_MINISTACK: join(directory, 'venv', 'bin', 'ministack'),
      EMULATOR_NODE: join(nodeRelease(nodeVersion), 'node'),
    };
  } catch (error) {
    const reason = String(error.stderr ?? error.message).trim();
    throw new Error(
      `The emulator could not be installed (it needs python3 with venv, PyPI and npm):\n${reason}`,
    );
  }
}

function install(directory) {
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
