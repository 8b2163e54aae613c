import { gaugesOf } from '../lib/adapters/metrics/database-gauges.ts';
import { databaseDimension, watchMetrics } from '../lib/contract/metric-names.ts';
import { deployedConfig } from '../lib/runtimes/aws/configuration.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { metricSink } from '../lib/runtimes/aws/metric-sink.ts';
import { watchPorts } from '../lib/runtimes/aws/ports/watch-ports.ts';
import { reportedError } from '../lib/runtimes/reported-error.ts';
import { watch } from '../lib/steps/watch/watch.ts';

/** Every hour, whether or not drills run: one gauge of what needs attention, and a message of what changed. */
export const handler = lambdaDoor('Watch', async (_event, log) => {
  const metrics = metricSink();
  const everyDatabase = deployedConfig().aws?.databaseMetrics === true;
  const ports = watchPorts(({ database, what, error }) =>
    log.warn('could not be read', { database, what, failure: reportedError(error) }),
  );
  const { concerns, facts, now, problems } = await watch(ports, { everyDump: everyDatabase });
  // By name, every hour: whoever looks at the alarm finds here what it stands for, whether or not the message came.
  for (const { kind, database, drillId, says } of concerns)
    log.warn('needs attention', { kind, database, drillId, says });
  metrics.put(watchMetrics.attention, concerns.length, 'Count', {});
  if (everyDatabase) {
    for (const [database, found] of facts)
      for (const { metric, value } of gaugesOf(found, now))
        metrics.put(metric, value, 'None', { [databaseDimension]: database });
  }
  // The gauge is out: failing now makes Lambda repeat the watch, and is counted by the alarm of the guards.
  if (problems.length > 0) throw problems[0];
  return { databases: facts.size, attention: concerns.length };
});
