import { drillMetrics } from '../../contract/metric-names.ts';
import type { MetricSink } from '../../ports/metric-sink.ts';
import type { Mishaps } from '../../ports/mishaps.ts';
import { awsErrorText } from '../aws/aws-errors.ts';

/** Logs mishaps, and counts those by which somebody did not hear of a drill; an alarm watches the count. */
export function createMishapLog(options: {
  metrics: MetricSink;
  /** Names and codes only. */
  log: (message: string, facts: Record<string, string>) => void;
}): Mishaps {
  const { metrics, log } = options;
  return {
    tell({ what, drillId, error, unheard }) {
      log(`could not ${what}`, { drillId, error: awsErrorText(error) });
      if (!unheard) return;
      try {
        metrics.put(drillMetrics.notificationFailed, 1, 'Count', {});
      } catch (putError) {
        log('could not write metrics', { drillId, error: awsErrorText(putError) });
      }
    },
  };
}
