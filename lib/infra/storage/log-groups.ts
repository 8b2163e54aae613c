import { RemovalPolicy } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';

/** Long enough to look into the drill of last month; evidence for auditors is in the bucket, not in logs. */
const logRetention = logs.RetentionDays.THREE_MONTHS;

/** A log group that ends: with a retention, and with the stack. */
export function sizedLogGroup(
  scope: Construct,
  id: string,
  retention: logs.RetentionDays = logRetention,
  logGroupName?: string,
): logs.LogGroup {
  return new logs.LogGroup(scope, id, {
    retention,
    removalPolicy: RemovalPolicy.DESTROY,
    ...(logGroupName === undefined ? {} : { logGroupName }),
  });
}
