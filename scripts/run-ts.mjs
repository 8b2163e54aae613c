// Runs a TypeScript file of this repository on any supported Node: bundled in memory, written beside the other
// build products so that imports of dependencies resolve.   node scripts/run-ts.mjs FILE [ARGUMENT …]
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const [file, ...rest] = process.argv.slice(2);
const folder = join('node_modules', '.cache', 'restore-drill');
mkdirSync(folder, { recursive: true });
const outfile = resolve(folder, `${process.pid}.mjs`);
await build({
  entryPoints: [file],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  packages: 'external',
  logLevel: 'warning',
});
process.argv.splice(1, process.argv.length - 1, resolve(file), ...rest);
process.on('exit', () => rmSync(outfile, { force: true }));
await import(pathToFileURL(outfile).href);
