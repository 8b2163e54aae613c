import { describe, expect, test } from 'vitest';
import { createMishapLog } from '../../../lib/adapters/metrics/mishap-log.ts';
import { DrillError } from '../../../lib/domain/findings/errors.ts';
import type { MetricSink } from '../../../lib/ports/metric-sink.ts';
import { awsError } from '../../support/aws/scripted-client.ts';

const token = 'AQCEAAAAKgAAAAMAAAAA-the-task-token';

function aLog(put?: MetricSink['put']) {
  const metrics: unknown[] = [];
  const logged: unknown[] = [];
  const mishaps = createMishapLog({
    metrics: { put: put ?? ((...metric) => void metrics.push(metric)) },
    log: (...line) => void logged.push(line),
  });
  return { mishaps, metrics, logged };
}

describe('a mishap', () => {
  test('is logged by the name of its error, which may quote a secret', () => {
    const { mishaps, logged, metrics } = aLog();
    const quoting = [
      awsError('AccessDenied', token, 403),
      new DrillError('LEDGER_UNWRITABLE', `cannot keep ${token}`, { hint: `with ${token}` }),
    ];
    for (const error of quoting)
      mishaps.tell({ what: 'keep the approval', drillId: 'drill-1', error, unheard: false });
    expect(logged[0]).toEqual([
      'could not keep the approval',
      { drillId: 'drill-1', error: 'AccessDenied, HTTP 403' },
    ]);
    expect(logged).toHaveLength(2);
    expect(JSON.stringify(logged)).not.toContain(token);
    expect(metrics).toEqual([]);
  });

  test('by which somebody did not hear of a drill is counted', () => {
    const { mishaps, metrics } = aLog();
    mishaps.tell({ what: 'tell', drillId: 'drill-1', error: new Error('no'), unheard: true });
    expect(metrics).toEqual([['NotificationFailed', 1, 'Count', {}]]);
  });

  test('ends nothing when it cannot be counted either', () => {
    const { mishaps, logged } = aLog(() => {
      throw new Error('no');
    });
    mishaps.tell({ what: 'tell', drillId: 'drill-1', error: new Error('no'), unheard: true });
    expect(logged.map((line) => (line as string[])[0])).toEqual([
      'could not tell',
      'could not write metrics',
    ]);
  });
});
