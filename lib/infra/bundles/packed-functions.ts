import { readFileSync, writeFileSync } from 'node:fs';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';

/** One function, as esbuild made it. */
interface PackedFunction {
  /** File name → text: `index.mjs`, whose handler is deployed, and the parts that it loads with it or later. */
  files: Record<string, string>;
  /** Whether PostgreSQL's parser must lie beside it (libpg-query.wasm). */
  parser: boolean;
}

/** Function name, e.g. `select-dump`, → what it consists of. */
export type PackedFunctions = Record<string, PackedFunction>;

/**
 * All functions in one file. Each is bundled for itself, because it starts a third faster than one that shares its
 * parts with the others (docs/decisions/023), so that 23 of them repeat one another: 30 MB, of which 2 MB are left when
 * they are compressed together.
 */
export function writePackedFunctions(path: string, functions: PackedFunctions): void {
  const text = Buffer.from(JSON.stringify(functions));
  const params = {
    // 11 takes a minute for a tenth less.
    [constants.BROTLI_PARAM_QUALITY]: 9,
    // The largest that every decoder takes: 16 MB, which reaches from one function to the next.
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: text.length,
  };
  writeFileSync(path, brotliCompressSync(text, { params }));
}

/** Reads what writePackedFunctions wrote. */
export function readPackedFunctions(path: string): PackedFunctions {
  return JSON.parse(brotliDecompressSync(readFileSync(path)).toString('utf8')) as PackedFunctions;
}
