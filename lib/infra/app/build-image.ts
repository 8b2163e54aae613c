import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import manifest from '../../../package.json' with { type: 'json' };

/** Fills a folder with the Docker build context of containers/restore, but for the parser and the certificates. */
export function buildImage(context: string): void {
  const app = join(context, 'app');
  mkdirSync(app, { recursive: true });
  buildSync({
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
    define: { 'process.env.RESTORE_DRILL_VERSION': JSON.stringify(manifest.version) },
    // CommonJS dependencies call require for Node's own modules, and the parser looks for its code beside itself.
    banner: {
      js: `import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
const __filename = import.meta.filename;
const __dirname = import.meta.dirname;`,
    },
    // Names of inputs stand in comments: the same wherever node_modules is a link to.
    preserveSymlinks: true,
    logLevel: 'error',
  });
  for (const name of ['Dockerfile', '.dockerignore', 'servers-root.sh'])
    copyFileSync(join('containers/restore', name), join(context, name));
}
