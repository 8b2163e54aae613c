import { deployedConfiguration } from '../lib/aws/configuration.ts';
import { lambdaDoor } from '../lib/aws/lambda-door.ts';
import { metricSink } from '../lib/aws/metrics.ts';
import { evidencePort } from '../lib/aws/ports/evidence-port.ts';
import { ledgerPort } from '../lib/aws/ports/ledger-port.ts';
import { sourcePorts } from '../lib/aws/ports/source-ports.ts';
import { reportedError } from '../lib/aws/reported-error.ts';
import { watchDatabase } from '../lib/aws/watch-database.ts';
import { databaseDimension } from '../lib/contract/metrics.ts';
import { systemClock } from '../lib/local/system-clock.ts';

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
