// Bundles the long run and the process it measures, then runs it: Node 20 does not read TypeScript itself.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, '../node_modules/.cache/restore-10gb');
await build({
  entryPoints: [join(here, 'restore-10gb.ts'), join(here, 'restore-stream-once.ts')],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
});
const run = spawnSync(process.execPath, [join(outdir, 'restore-10gb.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
process.exitCode = run.status ?? 1;
