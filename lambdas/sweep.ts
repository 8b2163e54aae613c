import * as z from 'zod';
import { watchMetrics } from '../lib/contract/metric-names.ts';
import { deployedConfig } from '../lib/runtimes/aws/configuration.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { metricSink } from '../lib/runtimes/aws/metric-sink.ts';
import { sweepingSandboxPort } from '../lib/runtimes/aws/ports/sandboxes-and-tasks.ts';
import { watchNotesPort } from '../lib/runtimes/aws/ports/watching.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';

/** The schedule sends an event of its own; the command line may ask what would be removed. */
const request = z.looseObject({ dryRun: z.boolean().default(false) });

/**
 * Every hour: removes what outlived its lease, and reports it to the watch, which tells people – also when no report
 * comes. What it removes had leaked, so it counts as well as what is left.
 */
export const handler = lambdaDoor('Sweep', async (event, log) => {
  const { dryRun } = request.parse(event ?? {});
  const swept = await sweepingSandboxPort().sweep({ dryRun });
  const now = systemClock.now().getTime();
  const overdue = swept.kept.filter(({ leaseExpiresAt }) => Date.parse(leaseExpiresAt) <= now);
  for (const leftover of [...swept.removed, ...overdue]) log.warn('outlived its lease', { leftover, dryRun });
  if (!dryRun) {
    const outlived = [...swept.removed, ...overdue].map(({ what, drillId }) => ({ name: what, drillId }));
    await watchNotesPort().reportSweep({ at: systemClock.now().toISOString(), outlived });
    if (deployedConfig().aws?.databaseMetrics === true)
      metricSink().put(watchMetrics.expiredLeases, outlived.length, 'Count', {});
  }
  return swept;
});
