import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { type AlarmKey, alarmHeadings, runbookLink } from '../../contract/alarm-names.ts';
import { functionErrorsMetric, logNamespace, watchMetrics } from '../../contract/metric-names.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { stackMetric } from './cloudwatch-metrics.ts';

/** The gauge comes every hour: of three hours at least two values are there, and one late one raises no false alarm. */
const gaugePeriod = Duration.hours(3);
/** A new stack has no gauge yet; without this pause a missing value would be an alarm with every first deployment. */
const gaugeWarmUpMinutes = 6 * 60;
/** "OK" then means an hour without an error: two more runs of each hourly guard went well. */
const errorPeriod = Duration.hours(1);

const { ComparisonOperator: Compare, TreatMissingData: Missing } = cloudwatch;

interface AlarmsProps {
  names: PhysicalNames;
  topic: Topic;
  /** Address of the runbook. */
  runbook: string;
}

interface Watched {
  metric: cloudwatch.IMetric;
  missing: cloudwatch.TreatMissingData;
  says: string;
}

/**
 * Two alarms, however many databases there are, because each costs 0.10 USD a month. What is wrong with which database
 * is published by name by the watch and by the rule on failed executions; the alarms say that it still is, and that the
 * watch itself has died.
 */
export class Alarms extends Construct {
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    const { stack } = props.names;
    const attention = this.#raise('attention', {
      metric: stackMetric(stack, watchMetrics.attention, gaugePeriod, 'Maximum'),
      // The dead man's switch: a watch that says nothing is as bad as one that finds something.
      missing: Missing.BREACHING,
      says: 'At least one database needs attention, or the hourly watch no longer reports. Messages of the watch to this topic name database, drill and reason.',
    });
    const resource = attention.node.defaultChild as cloudwatch.CfnAlarm;
    resource.warmUpConfiguration = { warmUpPeriodDurationInMinutes: gaugeWarmUpMinutes };
    const lost = runbookLink(props.runbook, alarmHeadings.notificationFailed);
    this.#raise('functionErrors', {
      metric: new cloudwatch.Metric({
        namespace: logNamespace(stack),
        metricName: functionErrorsMetric,
        period: errorPeriod,
        statistic: 'Sum',
      }),
      missing: Missing.NOT_BREACHING,
      says: `The clean-up, the sweeper, the watch or the approval page failed, or a message about a drill could not be sent (${lost}). OK means an hour without either.`,
    });
  }

  #raise(key: AlarmKey, { metric, missing, says }: Watched): cloudwatch.Alarm {
    const { names, topic, runbook } = this.#props;
    const alarm = new cloudwatch.Alarm(this, key, {
      alarmName: `${names.stack}-${key}`,
      alarmDescription: `${says} What to do: ${runbookLink(runbook, alarmHeadings[key])}`,
      metric,
      threshold: 1,
      comparisonOperator: Compare.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: missing,
    });
    const tell = new actions.SnsAction(topic);
    alarm.addAlarmAction(tell);
    alarm.addOkAction(tell);
    return alarm;
  }
}
