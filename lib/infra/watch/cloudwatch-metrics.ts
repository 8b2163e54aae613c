import type { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import {
  databaseDimension,
  metricNamespace,
  phaseDimension,
  stackDimension,
} from '../../contract/metric-names.ts';

type Statistic = 'Maximum' | 'Minimum' | 'Sum' | 'Average';

/** A metric of the whole stack. */
export const stackMetric = (stack: string, metricName: string, period: Duration, statistic: Statistic) =>
  new cloudwatch.Metric({
    namespace: metricNamespace,
    metricName,
    period,
    statistic,
    dimensionsMap: { [stackDimension]: stack },
  });

/** A metric of one database, optionally of one phase of its drills. */
export const databaseMetric = (
  stack: string,
  database: string,
  metricName: string,
  options: { period: Duration; statistic: Statistic; phase?: string; label?: string },
) =>
  new cloudwatch.Metric({
    namespace: metricNamespace,
    metricName,
    period: options.period,
    statistic: options.statistic,
    ...(options.label === undefined ? {} : { label: options.label }),
    dimensionsMap: {
      [stackDimension]: stack,
      [databaseDimension]: database,
      ...(options.phase === undefined ? {} : { [phaseDimension]: options.phase }),
    },
  });
