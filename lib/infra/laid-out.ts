import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type * as ecs from 'aws-cdk-lib/aws-ecs';
import type { Construct } from 'constructs';
import type { DrillConfig } from '../domain/config/index.ts';
import { layFunctions, layImage } from './bundles/lay-out.ts';
import { rdsCertificates } from './bundles/rds-certificates.ts';
import { type ImageTarget, type Processor, restoreImages } from './tasks/processors.ts';

/** Context that names another folder of what was built (bundles/built-parts.ts) than the package's own: a clone sets it. */
export const partsContext = 'restore-drill:parts';

/** Where the package has what was built, seen from its cdk/index.cjs. */
const packageParts = () => fileURLToPath(new URL('./prebuilt', import.meta.url));

interface LaidOut {
  /** Door → folder of its bundle. */
  bundles: Record<string, string>;
  /** Image of containers/restore for a processor. */
  restoreImageOn(processor: Processor, target?: ImageTarget): ecs.ContainerImage;
  /** Regions whose certificates of RDS travel with the code; null: more than can be told. */
  certifiedRegions: readonly string[] | null;
}

/**
 * Lays out what is deployed, with the configuration and the certificates in it, until this process ends: assets are
 * copied into the assembly as constructs are made.
 *
 * @throws DrillError CONFIG_INVALID for certificates that cannot be read
 */
export function layOut(
  scope: Construct,
  config: DrillConfig,
  given: {
    rdsCertificates?: string | undefined;
    restoreImage?: string | undefined;
    sandboxImage?: string | undefined;
  },
): LaidOut {
  const parts = (scope.node.tryGetContext(partsContext) as string | undefined) ?? packageParts();
  const certificates = rdsCertificates(given.rdsCertificates ?? null);
  const outdir = mkdtempSync(join(tmpdir(), 'restore-drill-synth-'));
  process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
  // The files serve every processor; only the image around them differs.
  let image: string | null = null;
  return {
    bundles: layFunctions(parts, join(outdir, 'lambdas'), config, certificates),
    restoreImageOn: restoreImages(
      { restore: given.restoreImage ?? null, sandbox: given.sandboxImage ?? null },
      () => (image ??= layImage(parts, join(outdir, 'image'), certificates)),
    ),
    certifiedRegions: certificates.regions,
  };
}
