import { cloneParts } from '../../lib/infra/app/clone-parts.ts';
import { layFunctions, layImage } from '../../lib/infra/bundles/lay-out.ts';
import { rdsCertificates } from '../../lib/infra/bundles/rds-certificates.ts';

/** Every function of this clone in a folder of its own, with a configuration beside it, as it is deployed. @returns name → folder */
export const bundleLambdas = (outdir: string, config: unknown): Record<string, string> =>
  layFunctions(cloneParts(), outdir, config, rdsCertificates());

/** The build context of the restore image of this clone. */
export const bundleRestoreImage = (outdir: string): string =>
  layImage(cloneParts(), outdir, rdsCertificates());
