/** Units that our metrics have, in CloudWatch's words. */
export type MetricUnit = 'Count' | 'Seconds' | 'None';

/**
 * Where metrics go. In AWS: Powertools Metrics, which writes them to the log (EMF). All functions may be called at any
 * time; what was put leaves the process with `flush`.
 */
export interface MetricSink {
  /** One value; each call is a metric of its own set of dimensions. */
  put(name: string, value: number, unit: MetricUnit, dimensions: Record<string, string>): void;
  flush(): void | Promise<void>;
}
