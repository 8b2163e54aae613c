// Bundles the bench and the process it measures, then runs the bench: Node 20 does not read TypeScript itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, '../node_modules/.cache/restore-bench');
mkdirSync(outdir, { recursive: true });
await build({
  entryPoints: [join(here, 'restore.ts'), join(here, 'restore-once.ts')],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  logLevel: 'error',
});
const run = spawnSync(
  process.execPath,
  [join(outdir, 'restore.mjs'), '--repository', join(here, '..'), ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = run.status ?? 1;
