import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { buildSync, type Metafile, type OutputFile } from 'esbuild';
import manifest from '../../../package.json' with { type: 'json' };
import { bundleProblems } from './bundle-problems.ts';

/** Packages that are too large or too native for a function, and what does their work there. */
const standIns = {
  'iconv-lite': './lib/infra/bundles/stand-ins/text-decoding.ts',
  'lz4-napi': './lib/infra/bundles/stand-ins/lz4-block.ts',
};

/** What one function became. */
export interface BuiltFunction {
  /** e.g. `select-dump`: lambdas/select-dump.ts. */
  name: string;
  /** File name → text: `index.mjs`, and parts that it loads. */
  files: Record<string, string>;
  /** Of all files. */
  bytes: number;
  /** Folders of the packages inside, e.g. `node_modules/zod`. */
  packages: string[];
  /**
   * Whether PostgreSQL's own parser is in it, which needs its code beside it. Two functions read the beginning of plain
   * dumps with it: where rows begin is no matter of guessing. It is loaded with the first plain dump and not at import.
   */
  parser: boolean;
}

/**
 * Bundles every file of lambdas/ for itself, what it loads later into files of their own.
 *
 * @throws Error naming a bundle that is too large, or holds what it must not
 */
export function buildFunctions(): BuiltFunction[] {
  const functions = readdirSync('lambdas')
    .filter((file) => file.endsWith('.ts'))
    .map((file) => buildFunction(basename(file, '.ts')))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const problems = functions.flatMap((built) => bundleProblems(built));
  if (problems.length > 0) throw new Error(`Lambda bundles: ${problems.join('; ')}`);
  return functions;
}

function buildFunction(name: string): BuiltFunction {
  const { metafile, outputFiles } = buildSync({
    entryPoints: [{ in: `lambdas/${name}.ts`, out: 'index' }],
    // Nothing is written: names of files are looked up below it.
    outdir: resolve('function'),
    write: false,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    bundle: true,
    // A part that few drills need – decrypting, reading plain SQL – costs no start.
    splitting: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ES modules are trimmed to the commands in use; its CommonJS ones would be taken whole.
    mainFields: ['module', 'main'],
    external: ['pg-native', 'pg-cloudflare'],
    alias: standIns,
    define: { 'process.env.RESTORE_DRILL_VERSION': JSON.stringify(manifest.version) },
    // CommonJS dependencies call require for Node's own modules, and the parser looks for its code beside itself.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    // Names of parts come from the paths of inputs: the same wherever node_modules is a link to.
    preserveSymlinks: true,
    logLevel: 'error',
  });
  const packages = packagesIn(metafile);
  return {
    name,
    files: Object.fromEntries(outputFiles.map(({ path, text }) => [basename(path), text])),
    bytes: bytesOf(outputFiles),
    packages,
    parser: packages.includes('node_modules/libpg-query'),
  };
}

const bytesOf = (files: OutputFile[]): number =>
  files.reduce((sum, { contents }) => sum + contents.byteLength, 0);

/** Folders of the packages of which something is left in the output. */
function packagesIn({ outputs }: Metafile): string[] {
  const folders = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => packageFolderOf(path) ?? []),
  );
  return [...new Set(folders)].sort();
}

/** `node_modules/@aws-sdk/client-s3/dist-es/x.js` → `node_modules/@aws-sdk/client-s3`; null for our own code. */
function packageFolderOf(path: string): string | null {
  return /node_modules\/(?:.*node_modules\/)?(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? null;
}
