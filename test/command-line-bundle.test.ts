import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { commandLine } from '../scripts/bundling.mjs';

/** What is loaded when a module is imported: itself and what it imports, dynamic imports aside. */
async function loadedWith(entry: string): Promise<string[]> {
  const { metafile } = await build({ ...commandLine, outdir: 'dist', metafile: true, write: false });
  const loaded = new Set([entry]);
  for (const path of loaded)
    for (const { path: next, kind } of metafile.inputs[path]?.imports ?? [])
      if (kind !== 'dynamic-import') loaded.add(next);
  return [...loaded];
}

test('a drill in a pipe loads neither decoders it may not need, nor what measures a terminal or validates the state machine', async () => {
  const loaded = await loadedWith('lib/cli/commands/run.ts');

  expect(loaded.length).toBeGreaterThan(500);
  expect(
    loaded.filter((path) => /(^|\/)(lz4-napi|xz-decompress|xxhash-wasm|openpgp)($|\/)/.test(path)),
  ).toEqual([]);
  expect(
    loaded.filter((path) => /^node_modules\/(string-width|cli-truncate|log-update|ajv|jsonata)\//.test(path)),
  ).toEqual([]);
});
