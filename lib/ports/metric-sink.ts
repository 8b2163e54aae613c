import type { DrillRecord } from '../domain/record/drill-record.ts';

/** Units that our metrics have, in CloudWatch's words. */
type MetricUnit = 'Count' | 'Seconds' | 'None';

/** Where metrics go. In AWS: Powertools Metrics, which writes them to the log (EMF). May be called at any time. */
export interface MetricSink {
  /** One value; each call is a metric of its own set of dimensions. */
  put(name: string, value: number, unit: MetricUnit, dimensions: Record<string, string>): void;
}

/** Keeps what dashboards and alarms watch of a drill. */
export interface DrillMetrics {
  /** The record is sealed: verdict, objectives, cost, phases. */
  drillSealed(record: DrillRecord): void;
}
