import { copyFileSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildSync } from 'esbuild';
import { builtOnce } from './built-once.ts';
import { copyParser, packageVersion, writeCaBundle } from './lambda-bundles.ts';
import { type RdsCertificates, rdsCertificates } from './rds-certificates.ts';

/** Root of the repository: the CDK runs the app there, and its own code may have been bundled elsewhere. */
const root = process.cwd();

/**
 * Fills a folder with everything that the restore image is made of: its Dockerfile and `app/`, which runs as it is with
 * `node app/main.mjs`. There is no native code in it, so the same files serve every processor.
 *
 * @returns the folder, a Docker build context
 */
export function bundleRestoreImage(
  outdir: string,
  certificates: RdsCertificates = rdsCertificates(),
): string {
  const context = resolve(outdir);
  builtOnce('image', context, buildImage);
  writeCaBundle(join(context, 'app'), certificates);
  return context;
}

function buildImage(context: string): void {
  const app = join(context, 'app');
  mkdirSync(app, { recursive: true });
  buildSync({
    absWorkingDir: root,
    entryPoints: [{ in: 'containers/restore/main.ts', out: 'main' }],
    outdir: app,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Readable stack traces are worth more here than a smaller image.
    minify: false,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: ['pg-native', 'pg-cloudflare'],
    alias: { 'lz4-napi': './lib/infra/bundles/stand-ins/lz4-block.ts' },
    define: { 'process.env.RESTORE_DRILL_VERSION': JSON.stringify(packageVersion()) },
    // CommonJS dependencies call require for Node's own modules, and the parser looks for its code beside itself.
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`,
    },
    logLevel: 'error',
  });
  copyParser(app);
  for (const name of ['Dockerfile', '.dockerignore', 'servers-root.sh'])
    copyFileSync(join(root, 'containers/restore', name), join(context, name));
}
