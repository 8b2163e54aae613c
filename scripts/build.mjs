// Bundles the command line into dist/: one process start instead of hundreds of small files. Dependencies stay
// outside the bundle, because some carry WASM or native files beside their code.
import { rmSync } from 'node:fs';
import { build } from 'esbuild';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: { 'restore-drill': 'bin/restore-drill.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  sourcemap: 'linked',
  logLevel: 'warning',
});
