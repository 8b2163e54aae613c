import * as logs from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { functionErrorsMetric, logNamespace, unheardField } from '../../contract/metric-names.ts';
import type { Functions } from '../machine/functions.ts';
import { answerDoor, constructIdOf, guardDoors } from '../names/doors.ts';

/** Doors that tell people of a drill, and the one that takes their answer: what was not heard is in their log. */
const tellingDoors = [
  'normalise-request',
  'plan-sandbox',
  'ask-approval',
  'seal-record',
  'clean-up-after-abort',
  answerDoor,
] as const;

/** Lambda's own line at the end of each invocation, also of one that ran out of time or memory. */
const invocationFailed = '($.type = "platform.report" && $.record.status != "success")';
const peopleUnheard = `($.${unheardField} = "yes")`;

/**
 * Counts failed invocations of the guards, messages that could not be sent and answers that could not be taken, into one metric: it exists in the hours
 * with an error only and so costs nothing, where an alarm on the error metrics of each function would cost each its own
 * 0.10 USD a month (docs/facts.md#the-report-of-an-invocation).
 */
export class FunctionErrors extends Construct {
  constructor(scope: Construct, id: string, props: { stackName: string; functions: Functions }) {
    super(scope, id);
    const guards: readonly string[] = guardDoors;
    const tellers: readonly string[] = tellingDoors;
    for (const door of new Set([...guards, ...tellers])) {
      // Without links of approvals nobody answers them by a function.
      if (!props.functions.byDoor.has(door)) continue;
      const wanted = [
        ...(guards.includes(door) ? [invocationFailed] : []),
        ...(tellers.includes(door) ? [peopleUnheard] : []),
      ];
      new logs.MetricFilter(this, constructIdOf(door), {
        logGroup: props.functions.logGroupOf(door),
        filterPattern: logs.FilterPattern.literal(`{ ${wanted.join(' || ')} }`),
        metricNamespace: logNamespace(props.stackName),
        metricName: functionErrorsMetric,
        metricValue: '1',
      });
    }
  }
}
