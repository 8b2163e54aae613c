import { databaseDimension, drillMetrics, phaseDimension } from '../../contract/metric-names.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import type { DrillMetrics, MetricSink } from '../../ports/metric-sink.ts';

/** Metrics of drills, in whatever takes metrics. */
export const createDrillMetrics = (sink: MetricSink): DrillMetrics => ({
  drillSealed: (record) => putDrillMetrics(record, sink),
});

/** What was not measured is not put: a zero would pass for a good value. */
function putDrillMetrics(record: DrillRecord, sink: MetricSink): void {
  const dimensions = { [databaseDimension]: record.database };
  const seconds = (name: string, value: number | null) => {
    if (value !== null) sink.put(name, value, 'Seconds', dimensions);
  };
  sink.put(drillMetrics.proven, record.verdict === 'PROVEN' ? 1 : 0, 'Count', dimensions);
  seconds(drillMetrics.rtoSeconds, record.rto.actualSeconds);
  seconds(drillMetrics.rtoTargetSeconds, record.rto.targetSeconds);
  seconds(drillMetrics.rpoSeconds, record.rpo.actualSeconds);
  seconds(drillMetrics.rpoTargetSeconds, record.rpo.targetSeconds);
  const missed = record.findings.some(({ code }) => code === 'RTO_MISSED' || code === 'RPO_MISSED');
  sink.put(drillMetrics.objectiveMissed, missed ? 1 : 0, 'Count', dimensions);
  if (record.cost !== undefined) sink.put(drillMetrics.costUsd, record.cost.actualUsd, 'None', dimensions);
  for (const [phase, total] of phaseTotals(record)) {
    sink.put(drillMetrics.phaseSeconds, total, 'Seconds', { ...dimensions, [phaseDimension]: phase });
  }
}

/** A walk-back enters phases again: their times add up. */
function phaseTotals({ phases }: DrillRecord): Map<string, number> {
  const totals = new Map<string, number>();
  for (const { name, seconds } of phases) totals.set(name, (totals.get(name) ?? 0) + seconds);
  return totals;
}
