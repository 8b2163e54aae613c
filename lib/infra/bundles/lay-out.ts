import { chmodSync, copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { caBundleFileName, configFileName } from '../../contract/names.ts';
import { builtParts, parserFile } from './built-parts.ts';
import { readPackedFunctions } from './packed-functions.ts';
import type { RdsCertificates } from './rds-certificates.ts';

/**
 * Lays every function into a folder of its own below `outdir`, with the parsed drills.yaml and the certificates of RDS
 * beside the code. Works offline and without Docker.
 *
 * @param parts folder of what was built (built-parts.ts)
 * @returns function name (`select-dump`) → folder, whose handler is `index.handler`
 */
export function layFunctions(
  parts: string,
  outdir: string,
  config: unknown,
  certificates: RdsCertificates,
): Record<string, string> {
  const built = builtParts(parts);
  const configText = JSON.stringify(config);
  const laid = Object.entries(readPackedFunctions(built.functions)).map(([name, { files, parser }]) => {
    const folder = join(resolve(outdir), name);
    mkdirSync(folder, { recursive: true });
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
    if (parser) copyFileSync(built.parser, join(folder, parserFile));
    writeFileSync(join(folder, configFileName), configText);
    writeFileSync(join(folder, caBundleFileName), certificates.pem);
    return [name, folder] as const;
  });
  return Object.fromEntries(laid);
}

/**
 * Lays out everything that the restore image is made of: its Dockerfile and `app/`, which runs as it is with
 * `node app/main.mjs`. There is no native code in it, so the same files serve every processor.
 *
 * @param parts folder of what was built (built-parts.ts)
 * @returns the folder, a Docker build context
 */
export function layImage(parts: string, outdir: string, certificates: RdsCertificates): string {
  const built = builtParts(parts);
  const context = resolve(outdir);
  cpSync(built.image, context, { recursive: true });
  copyFileSync(built.parser, join(context, 'app', parserFile));
  writeFileSync(join(context, 'app', caBundleFileName), certificates.pem);
  // The recipe runs it, and not every way of a package keeps who may.
  chmodSync(join(context, 'servers-root.sh'), 0o755);
  return context;
}
