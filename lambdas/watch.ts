import { databaseDimension } from '../lib/contract/metric-names.ts';
import { deployedConfiguration } from '../lib/runtimes/aws/configuration.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { metricSink } from '../lib/runtimes/aws/metric-sink.ts';
import { evidencePort, ledgerPort } from '../lib/runtimes/aws/ports/evidence-and-ledger.ts';
import { sourcePorts } from '../lib/runtimes/aws/ports/sources.ts';
import { reportedError } from '../lib/runtimes/reported-error.ts';
import { systemClock } from '../lib/runtimes/system-clock.ts';
import { watchDatabase } from '../lib/steps/watch-database.ts';

/** Every hour, whether or not drills run: how old proofs and dumps are, and where recovery times are heading. */
export const handler = lambdaDoor('Watch', async (_event, log) => {
  const metrics = metricSink();
  const databases = deployedConfiguration.databases();
  for (const database of databases) {
    const gauges = await watchDatabase(database, {
      ...sourcePorts(deployedConfiguration),
      clock: systemClock,
      ledger: ledgerPort(),
      evidence: evidencePort(),
    });
    for (const { metric, value, problem } of gauges) {
      metrics.put(metric, value, 'None', { [databaseDimension]: database });
      if (problem !== null)
        log.warn('a gauge could not be read', { database, metric, failure: reportedError(problem) });
    }
  }
  return { databases: databases.length };
});
