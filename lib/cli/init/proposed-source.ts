import { relative, resolve, sep } from 'node:path';
import { parseS3Url } from '../../adapters/dump-stores/s3/s3-location.ts';
import type { ProposalFacts } from '../../domain/config/propose-config.ts';
import type { DrillOptions } from '../../runtimes/local/request-options.ts';
import { folderOf, type ProposalTarget } from './write-proposal.ts';

/** Where drills.yaml will look for dumps like this one. @param dump as `--dump` names it */
export function proposedSource(
  options: DrillOptions & ProposalTarget,
  dump: string,
): ProposalFacts['source'] {
  const s3 = parseS3Url(dump);
  if (s3 !== null) {
    return {
      kind: 's3',
      ...s3,
      region: options.region ?? null,
      endpointUrl: options.endpointUrl ?? null,
      pathStyle: options.pathStyle ?? null,
    };
  }
  return { kind: 'folder', path: relative(folderOf(options), resolve(dump)).split(sep).join('/') };
}
