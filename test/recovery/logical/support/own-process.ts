import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';

/** Runs TypeScript in a process of its own, for what V8 does to a whole process. @returns what it printed, as JSON */
export async function inOwnProcess(source: string): Promise<unknown> {
  const folder = mkdtempSync(resolve('node_modules/.cache-own-process-'));
  try {
    const script = join(folder, 'script.mjs');
    await build({
      stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
      outfile: script,
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const run = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    if (run.status !== 0) throw new Error(run.stderr);
    return JSON.parse(run.stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
