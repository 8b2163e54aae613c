// Size and import time of every Lambda, as a table.   node scripts/run-ts.mjs bench/lambda-bundles.ts
// The import time is the median of several fresh processes of this machine's Node, without the start of Node itself.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildParts } from '../lib/infra/app/clone-parts.ts';
import { layFunctions } from '../lib/infra/bundles/lay-out.ts';
import { rdsCertificates } from '../lib/infra/bundles/rds-certificates.ts';

const samples = 5;
const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-bundles-'));
try {
  const parts = join(outdir, 'parts');
  const functions = buildParts(parts);
  const folders = layFunctions(parts, outdir, { databases: {}, aws: null }, rdsCertificates());
  console.log(`${'function'.padEnd(22)} ${'kB'.padStart(6)} ${'import ms'.padStart(10)}`);
  for (const { name, bytes } of functions) {
    const file = join(folders[name] ?? '', 'index.mjs');
    const times = Array.from({ length: samples }, () => importMilliseconds(file)).toSorted((a, b) => a - b);
    const kilobytes = Math.round(bytes / 1024).toString();
    const median = (times[Math.floor(samples / 2)] ?? 0).toFixed(0);
    console.log(`${name.padEnd(22)} ${kilobytes.padStart(6)} ${median.padStart(10)}`);
  }
} finally {
  rmSync(outdir, { recursive: true, force: true });
}

function importMilliseconds(file: string): number {
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
