// Bundles a bench and the process that it measures, then runs the bench: Node 20 does not read TypeScript itself.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { asTheProduct } from '../scripts/bundling.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** Runs bench/NAME.ts beside the programs of bench/ that it measures, and ends with its exit code. */
export async function runBundled(name, measured, args) {
  const outdir = join(here, '../node_modules/.cache', `bench-${name}`);
  await build({
    entryPoints: [name, ...measured].map((program) => join(here, `${program}.ts`)),
    outdir,
    outExtension: { '.js': '.mjs' },
    ...asTheProduct,
    logLevel: 'error',
  });
  const run = spawnSync(process.execPath, [join(outdir, `${name}.mjs`), ...args], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
}
