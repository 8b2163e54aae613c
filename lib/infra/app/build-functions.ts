import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { context, type Metafile, type OutputFile, type Plugin } from 'esbuild';
import { bundleProblems } from './bundle-problems.ts';
import { asDeployed, withoutNativeCode } from './deployed-code.ts';
import { leanSchemas } from './lean-schemas.ts';

/** Packages that are too large or too native for a function, and what does their work there. */
const standIns = {
  'iconv-lite': './lib/infra/bundles/stand-ins/text-decoding.ts',
  ...withoutNativeCode,
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
export async function buildFunctions(): Promise<BuiltFunction[]> {
  const files = readdirSync('lambdas').filter((file) => file.endsWith('.ts'));
  const names = files.map((file) => basename(file, '.ts')).sort();
  const functions = await buildInTurn(names);
  const problems = functions.flatMap((built) => bundleProblems(built));
  if (problems.length > 0) throw new Error(`Lambda bundles: ${problems.join('; ')}`);
  return functions;
}

/**
 * One bundler for all of them, one after the other: what they have in common is read and parsed once, which is most of the work.
 * All at a time, each for itself, took twice the processor and 7.5 GB of memory; this takes 1.3 GB.
 */
async function buildInTurn(names: readonly string[]): Promise<BuiltFunction[]> {
  let current = '';
  const bundler = await context({
    ...asDeployed,
    entryPoints: [{ in: theDoor, out: 'index' }],
    // Nothing is written: names of files are looked up below it.
    outdir: resolve('function'),
    write: false,
    outExtension: { '.js': '.mjs' },
    chunkNames: 'part-[hash]',
    // A part that few drills need – decrypting, reading plain SQL – costs no start.
    splitting: true,
    minify: true,
    metafile: true,
    alias: standIns,
    plugins: [doorOf(() => current), leanSchemas],
  });
  try {
    const functions: BuiltFunction[] = [];
    for (const name of names) {
      current = name;
      functions.push(asBuilt(name, await bundler.rebuild()));
    }
    return functions;
  } finally {
    await bundler.dispose();
  }
}

/** The entry point of a bundler is given once; which file it is, is asked for each bundle. */
const theDoor = 'door';
const doorOf = (current: () => string): Plugin => ({
  name: 'door',
  setup({ onResolve }) {
    onResolve({ filter: /^door$/ }, () => ({ path: resolve(`lambdas/${current()}.ts`) }));
  },
});

function asBuilt(
  name: string,
  { metafile, outputFiles }: { metafile: Metafile; outputFiles: OutputFile[] },
): BuiltFunction {
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
