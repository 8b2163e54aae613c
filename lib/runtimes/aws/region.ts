import { DrillError } from '../../domain/findings/errors.ts';

/** Region that this process runs in: Lambda and Fargate set it. @throws DrillError INTERNAL_ERROR */
export function currentRegion(variables: NodeJS.ProcessEnv = process.env): string {
  const region = variables.AWS_REGION ?? variables.AWS_DEFAULT_REGION ?? '';
  if (region !== '') return region;
  throw new DrillError('INTERNAL_ERROR', 'AWS_REGION is not set', {
    hint: 'Lambda and Fargate set it; outside of them, set it to the region of the stack.',
    fault: 'us',
  });
}
