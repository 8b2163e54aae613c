import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { asDeployed, withoutNativeCode } from './deployed-code.ts';

/** Fills a folder with the Docker build context of containers/restore, but for the parser and the certificates. */
export function buildImage(context: string): void {
  const app = join(context, 'app');
  mkdirSync(app, { recursive: true });
  buildSync({
    ...asDeployed,
    entryPoints: [{ in: 'containers/restore/main.ts', out: 'main' }],
    outdir: app,
    outExtension: { '.js': '.mjs' },
    // Readable stack traces are worth more here than a smaller image.
    minify: false,
    alias: withoutNativeCode,
  });
  for (const name of ['Dockerfile', '.dockerignore', 'servers-root.sh'])
    copyFileSync(join('containers/restore', name), join(context, name));
}
