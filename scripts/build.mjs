// Bundles the command line into dist/: one process start instead of hundreds of small files. Dependencies stay
// outside the bundle, because some carry WASM or native files beside their code.
import { renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';

const fresh = `dist.new-${process.pid}`;
const former = `dist.old-${process.pid}`;
try {
  await build({
    entryPoints: { 'restore-drill': 'bin/restore-drill.ts' },
    outdir: fresh,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    packages: 'external',
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  // Swapped whole, so that a failed build leaves the last good one in place.
  try {
    renameSync('dist', former);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  renameSync(fresh, 'dist');
} finally {
  rmSync(fresh, { recursive: true, force: true });
  rmSync(former, { recursive: true, force: true });
}
