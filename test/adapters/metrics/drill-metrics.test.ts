import { describe, expect, test } from 'vitest';
import { createDrillMetrics } from '../../../lib/adapters/metrics/drill-metrics.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';

function someMetrics() {
  const metrics: [string, number, string, Record<string, string>][] = [];
  const drillMetrics = createDrillMetrics({ put: (...metric) => void metrics.push(metric) });
  return { drillMetrics, metrics };
}

describe('the metrics of a drill', () => {
  test('are verdict, objectives, cost and phases of its database', () => {
    const { drillMetrics, metrics } = someMetrics();
    drillMetrics.drillSealed(aRecord({ cost: { estimatedUsd: 1, actualUsd: 0.42 } }));
    const shop = { Database: 'shop' };
    expect(metrics).toEqual([
      ['Proven', 1, 'Count', shop],
      ['RtoSeconds', 184, 'Seconds', shop],
      ['RtoTargetSeconds', 14_400, 'Seconds', shop],
      ['RpoSeconds', 3600, 'Seconds', shop],
      ['RpoTargetSeconds', 86_400, 'Seconds', shop],
      ['ObjectiveMissed', 0, 'Count', shop],
      ['CostUsd', 0.42, 'None', shop],
      ['PhaseSeconds', 0.4, 'Seconds', { ...shop, Phase: 'Select dump' }],
      ['PhaseSeconds', 150, 'Seconds', { ...shop, Phase: 'Restore dump into sandbox' }],
      ['PhaseSeconds', 30, 'Seconds', { ...shop, Phase: 'Run checks' }],
    ]);
  });

  test('hold nothing that was not measured, and say when an objective was missed', () => {
    const { drillMetrics, metrics } = someMetrics();
    drillMetrics.drillSealed(
      aFailedRecord({
        rto: { targetSeconds: null, actualSeconds: null, lastProvenSeconds: null },
        findings: [finding('RPO_MISSED', 'too much would have been lost')],
        phases: [
          { name: 'Select dump', startedAt: '2026-03-01T03:00:00.000Z', seconds: 1 },
          { name: 'Select dump', startedAt: '2026-03-01T03:10:00.000Z', seconds: 2 },
        ],
      }),
    );
    const values = Object.fromEntries(metrics.map(([name, value]) => [name, value]));
    expect(values).toEqual({
      Proven: 0,
      RpoSeconds: 3600,
      RpoTargetSeconds: 86_400,
      ObjectiveMissed: 1,
      PhaseSeconds: 3,
    });
  });
});
