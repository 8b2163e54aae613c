// Size and import time of every Lambda, as a table.   node bench/lambda-bundles.mjs
// The import time is the median of several fresh processes of this machine's Node, without the start of Node itself.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const samples = 5;
const cache = join('node_modules', '.cache', 'restore-drill');
mkdirSync(cache, { recursive: true });
const bundler = resolve(cache, `lambda-bundles-${process.pid}.mjs`);
const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-bundles-'));
try {
  await build({
    entryPoints: ['lib/infra/bundles/lambda-bundles.ts'],
    outfile: bundler,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
  });
  const { describeBundles } = await import(pathToFileURL(bundler).href);
  const bundles = describeBundles(outdir, { databases: {}, aws: null });
  console.log(`${'function'.padEnd(22)} ${'kB'.padStart(6)} ${'import ms'.padStart(10)}`);
  for (const { name, folder, bytes } of bundles) {
    const times = Array.from({ length: samples }, () => importMilliseconds(join(folder, 'index.mjs')));
    times.sort((a, b) => a - b);
    const median = times[Math.floor(samples / 2)];
    console.log(
      `${name.padEnd(22)} ${Math.round(bytes / 1024)
        .toString()
        .padStart(6)} ${median.toFixed(0).padStart(10)}`,
    );
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
  rmSync(bundler, { force: true });
}

function importMilliseconds(file) {
  const script = `const from = performance.now();
const { handler } = await import(${JSON.stringify(pathToFileURL(file).href)});
if (typeof handler !== 'function') throw new Error('no handler');
process.stdout.write(String(performance.now() - from));
process.exit(0);`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${file} cannot be imported: ${stderr}`);
  return Number(stdout);
}
