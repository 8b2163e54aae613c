import { Metrics } from '@aws-lambda-powertools/metrics';
import { metricNamespace, stackDimension } from '../../contract/metric-names.ts';
import type { MetricSink } from '../../ports/metric-sink.ts';
import { readEnvironment } from './environment.ts';

/**
 * Writes metrics to the log (EMF): no call, no right, and it works in subnets without a route. Alarms match
 * dimensions exactly, so each metric has the stack's and its own and not Powertools' `service`.
 */
export function metricSink(): MetricSink {
  const { stackName } = readEnvironment(['stackName']);
  return {
    put(name, value, unit, dimensions) {
      const metrics = new Metrics({ namespace: metricNamespace });
      metrics.clearDefaultDimensions();
      for (const [key, text] of Object.entries({ [stackDimension]: stackName, ...dimensions }))
        metrics.addDimension(key, text);
      metrics.addMetric(name, unit, value);
      metrics.publishStoredMetrics();
    },
  };
}
