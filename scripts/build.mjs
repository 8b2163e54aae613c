// Bundles the command line into dist/: a few files to load instead of hundreds.
import { renameSync, rmSync } from 'node:fs';
import { build } from 'esbuild';
import { commandLine } from './bundling.mjs';
import { commitOf } from './commit.mjs';

const fresh = `dist.new-${process.pid}`;
const former = `dist.old-${process.pid}`;
try {
  await build({
    ...commandLine,
    define: { 'process.env.RESTORE_DRILL_COMMIT': JSON.stringify(commitOf()) },
    outdir: fresh,
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
