import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { buildSync, type Metafile } from 'esbuild';
import { caBundleFileName, configFileName } from '../../contract/names.ts';
import { builtOnce } from './built-once.ts';
import { bundleProblems } from './bundle-problems.ts';
import { type RdsCertificates, rdsCertificates } from './rds-certificates.ts';

/** Root of the repository: the CDK runs the app there, and its own code may have been bundled elsewhere. */
const root = process.cwd();

/** Packages that are too large or too native for a function, and what does their work there. */
const standIns = {
  'iconv-lite': './lib/infra/bundles/stand-ins/text-decoding.ts',
  'lz4-napi': './lib/infra/bundles/stand-ins/lz4-block.ts',
};

/** What one function became. */
export interface LambdaBundle {
  /** e.g. `select-dump`: lambdas/select-dump.ts. */
  name: string;
  /** Holds index.mjs, drills.json and the CA bundle; the handler is `index.handler`. */
  folder: string;
  bytes: number;
  /** Folders of the packages inside, e.g. `node_modules/zod`. */
  packages: string[];
}

/** Names of every function: the files of lambdas/. */
const lambdaNames = (): string[] =>
  readdirSync(join(root, 'lambdas'))
    .filter((file) => file.endsWith('.ts'))
    .map((file) => basename(file, '.ts'))
    .sort();

/**
 * Bundles every function into a folder of its own below `outdir`, with the parsed drills.yaml and the certificates of
 * RDS beside the code. Works offline and without Docker, and bundles anew only when the sources changed.
 *
 * @returns function name (`select-dump`) → folder
 * @throws Error naming a bundle that is too large, or holds what it must not
 */
export function bundleLambdas(
  outdir: string,
  config: unknown,
  certificates: RdsCertificates = rdsCertificates(),
): Record<string, string> {
  builtOnce('lambdas', outdir, buildBundles);
  const folders = Object.fromEntries(lambdaNames().map((name) => [name, join(resolve(outdir), name)]));
  for (const folder of Object.values(folders)) layBeside(folder, config, certificates);
  return folders;
}

/** The same, bundled anew, with sizes and packages. */
export function describeBundles(
  outdir: string,
  config: unknown,
  certificates: RdsCertificates = rdsCertificates(),
): LambdaBundle[] {
  const bundles = buildBundles(outdir);
  for (const { folder } of bundles) layBeside(folder, config, certificates);
  return bundles;
}

/** What belongs to a deployment and not to the code. */
function layBeside(folder: string, config: unknown, certificates: RdsCertificates): void {
  writeFileSync(join(folder, configFileName), JSON.stringify(config));
  writeCaBundle(folder, certificates);
}

function buildBundles(outdir: string): LambdaBundle[] {
  const names = lambdaNames();
  const { metafile } = buildSync({
    absWorkingDir: root,
    entryPoints: names.map((name) => ({ in: `lambdas/${name}.ts`, out: `${name}/index` })),
    outdir: resolve(outdir),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // The SDK's ES modules are trimmed to the commands in use; its CommonJS ones would be taken whole.
    mainFields: ['module', 'main'],
    external: ['pg-native', 'pg-cloudflare'],
    alias: standIns,
    define: { 'process.env.RESTORE_DRILL_VERSION': JSON.stringify(packageVersion()) },
    // CommonJS dependencies call require for Node's own modules, and the parser looks for its code beside itself.
    banner: {
      js: "import{createRequire as __createRequire}from'node:module';const require=__createRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
    },
    logLevel: 'error',
  });
  const bundles = names.map((name) => describe(name, resolve(outdir), metafile));
  const problems = bundles.flatMap((bundle) => bundleProblems(bundle));
  if (problems.length > 0) throw new Error(`Lambda bundles: ${problems.join('; ')}`);
  for (const { folder, packages } of bundles) if (packages.includes(parserPackage)) copyParser(folder);
  return bundles;
}

/** Lays the certificates that sandboxes must come from beside the code. */
export function writeCaBundle(folder: string, { pem }: RdsCertificates): void {
  writeFileSync(join(folder, caBundleFileName), pem);
}

/**
 * PostgreSQL's own parser, which two functions need to read the beginning of plain dumps: where rows begin is no
 * matter of guessing. It is WebAssembly, so it runs on every processor, and it is loaded with the first plain dump
 * and not at import.
 */
const parserPackage = 'node_modules/libpg-query';

/** Lays the parser's code where its bundled part looks for it. */
export function copyParser(folder: string): void {
  copyFileSync(join(root, parserPackage, 'wasm', 'libpg-query.wasm'), join(folder, 'libpg-query.wasm'));
}

function describe(name: string, outdir: string, metafile: Metafile): LambdaBundle {
  const found = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`${name}/index.mjs`));
  if (found === undefined) throw new Error(`esbuild made no bundle of ${name}`);
  const [, { bytes, inputs }] = found;
  const packages = new Set(
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .flatMap(([path]) => packageFolderOf(path) ?? []),
  );
  return { name, folder: join(outdir, name), bytes, packages: [...packages].sort() };
}

/** `node_modules/@aws-sdk/client-s3/dist-es/x.js` → `node_modules/@aws-sdk/client-s3`; null for our own code. */
function packageFolderOf(path: string): string | null {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1] ?? null;
}

/** Version of this repository's package. */
export function packageVersion(): string {
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
