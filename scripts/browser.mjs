// Our pages in a real browser: the chromium of the machine, or of Debian, which is installed where it is missing.
//   node scripts/browser.mjs [install]       `install` alone tells by its exit code whether there is one
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

const found = () =>
  process.env.CHROMIUM ??
  (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));

if (found() === undefined) {
  const stdio = ['ignore', 'ignore', 'inherit'];
  spawnSync('apt-get', ['update', '-qq'], { stdio });
  spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', 'chromium'], { stdio });
}
const chromium = found();
if (chromium === undefined) {
  console.error('There is no chromium, and apt-get could not install it (or give its path in CHROMIUM).');
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--project', 'browser'];
  const env = { ...process.env, CHROMIUM: chromium };
  process.exit(spawnSync(process.execPath, words, { stdio: 'inherit', env }).status ?? 1);
}
