// The end-to-end test against an emulated AWS account.   node scripts/emulator.mjs [install]
// Installs the emulator once, then runs test/emulator. `install` alone tells by its exit code whether that is possible.
import { spawnSync } from 'node:child_process';
import { installedEmulator } from './emulator-installation.mjs';

let installed;
try {
  installed = installedEmulator();
} catch (error) {
  console.error(error.message);
  process.exit(3);
}
if (process.argv[2] !== 'install') {
  const words = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/emulator/vitest.config.ts'];
  const { status } = spawnSync(process.execPath, [...words, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, ...installed },
  });
  process.exit(status ?? 1);
}
