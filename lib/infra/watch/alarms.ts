import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import * as actions from 'aws-cdk-lib/aws-cloudwatch-actions';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type AlarmKey, alarmHeadings, anchorOf } from '../../contract/alarm-names.ts';
import { drillMetrics, watchMetrics } from '../../contract/metric-names.ts';
import type { DatabaseConfig, DrillConfig } from '../../domain/config/index.ts';
import { dumpAgeLimitSeconds, overdueAfterSeconds } from '../../domain/config/overdue.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { databaseMetric, stackMetric } from './cloudwatch-metrics.ts';

/** Gauges come every hour: of three hours at least two values are there, and one late one raises no false alarm. */
const gaugePeriod = Duration.hours(3);
/** A new stack has no gauges yet; without this pause a missing value would be an alarm with every first deployment. */
const gaugeWarmUpMinutes = 6 * 60;
const eventPeriod = Duration.minutes(5);

const { ComparisonOperator: Compare, TreatMissingData: Missing } = cloudwatch;

interface AlarmsProps {
  names: PhysicalNames;
  databases: DrillConfig['databases'];
  machine: IStateMachine;
  deadLetters: IQueue;
  guardFunctions: lambda.IFunction[];
  topic: Topic;
  /** Where the runbook is read: a path in the repository, or a URL of one's own. */
  runbook: string;
}

interface Watched {
  metric: cloudwatch.IMetric;
  /** ALARM from this value on (`at least`), or above it (`above`). */
  threshold: number;
  compare: 'at least' | 'above';
  /** A gauge that falls silent is as bad as one that is too high; no event means that nothing happened. */
  kind: 'gauge' | 'event';
  says: string;
}

/** Every alarm of lib/contract/alarm-names.ts; those of a database once per database. */
export class Alarms extends Construct {
  readonly #props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.#props = props;
    this.#ofTheStack();
    for (const [database, config] of Object.entries(props.databases)) this.#ofDatabase(database, config);
  }

  #ofTheStack(): void {
    const { machine, deadLetters, guardFunctions, names } = this.#props;
    const sum = (metrics: cloudwatch.IMetric[]) => sumOf(metrics, eventPeriod);
    const every = { period: eventPeriod, statistic: 'Sum' };
    this.#raise('drillFailed', null, {
      // Three metrics that never count the same execution twice (docs/facts.md#metrics-of-executions).
      metric: sum([machine.metricFailed(every), machine.metricTimedOut(every), machine.metricAborted(every)]),
      ...once,
      says: 'A drill or a restore ended without success.',
    });
    this.#raise('leaseExpired', null, {
      metric: stackMetric(names.stack, watchMetrics.expiredLeases, gaugePeriod, 'Maximum'),
      threshold: 1,
      compare: 'at least',
      kind: 'gauge',
      says: 'Something that a drill made is still there after its lease, and costs money.',
    });
    this.#raise('deadLetters', null, {
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        period: eventPeriod,
        statistic: 'Maximum',
      }),
      ...once,
      says: 'A schedule, the clean-up, the sweeper or the watch could not be started.',
    });
    this.#raise('notificationFailed', null, {
      metric: stackMetric(names.stack, drillMetrics.notificationFailed, eventPeriod, 'Sum'),
      ...once,
      says: 'A message about a drill could not be published.',
    });
    this.#raise('functionErrors', null, {
      metric: sum(guardFunctions.map((guard) => guard.metricErrors(every))),
      ...once,
      says: 'The clean-up, the sweeper, the watch or the approval page failed.',
    });
  }

  #ofDatabase(database: string, config: DatabaseConfig): void {
    const gauge = (name: string) =>
      databaseMetric(this.#props.names.stack, database, name, { period: gaugePeriod, statistic: 'Maximum' });
    const overdue = overdueAfterSeconds(config.schedule);
    if (overdue !== null) {
      this.#raise('provenOverdue', database, {
        metric: gauge(watchMetrics.hoursSinceProven),
        threshold: overdue / 3600,
        compare: 'above',
        kind: 'gauge',
        says: `${database} was not proven within its schedule and grace.`,
      });
    }
    const dumpAge = dumpAgeLimitSeconds(config);
    if (dumpAge !== null) {
      this.#raise('dumpTooOld', database, {
        metric: gauge(watchMetrics.newestDumpAgeHours),
        threshold: dumpAge / 3600,
        compare: 'above',
        kind: 'gauge',
        says: `The newest dump of ${database} is too old, or its bucket cannot be listed.`,
      });
    }
    if (config.objectives.rtoSeconds === null && config.objectives.rpoSeconds === null) return;
    this.#raise('objectiveMissed', database, {
      metric: databaseMetric(this.#props.names.stack, database, drillMetrics.objectiveMissed, {
        period: eventPeriod,
        statistic: 'Maximum',
      }),
      ...once,
      says: `A drill of ${database} missed its RTO or RPO.`,
    });
    if (config.objectives.rtoSeconds === null) return;
    this.#raise('objectiveForecast', database, {
      metric: gauge(watchMetrics.rtoForecastMissed),
      ...once,
      says: `${database} grows so that its RTO will be missed within 90 days.`,
    });
  }

  #raise(key: AlarmKey, database: string | null, watched: Watched): void {
    const { names, topic, runbook } = this.#props;
    const id = database === null ? key : `${key}-${database}`;
    const silent = watched.kind === 'gauge' ? Missing.BREACHING : Missing.NOT_BREACHING;
    const alarm = new cloudwatch.Alarm(this, id, {
      alarmName: `${names.stack}-${id}`,
      alarmDescription: `${watched.says} What to do: ${runbook}#${anchorOf(alarmHeadings[key])}`,
      metric: watched.metric,
      threshold: watched.threshold,
      comparisonOperator:
        watched.compare === 'above'
          ? Compare.GREATER_THAN_THRESHOLD
          : Compare.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      treatMissingData: silent,
    });
    const tell = new actions.SnsAction(topic);
    alarm.addAlarmAction(tell);
    if (watched.kind === 'event') return;
    warmUp(alarm);
    // Of an event "OK" would only mean that five minutes went by, and read as if somebody had repaired something.
    alarm.addOkAction(tell);
  }
}

const once = { threshold: 1, compare: 'at least', kind: 'event' } as const;

function warmUp(alarm: cloudwatch.Alarm): void {
  const resource = alarm.node.defaultChild as cloudwatch.CfnAlarm;
  resource.warmUpConfiguration = { warmUpPeriodDurationInMinutes: gaugeWarmUpMinutes };
}

function sumOf(metrics: cloudwatch.IMetric[], period: Duration): cloudwatch.MathExpression {
  const usingMetrics = Object.fromEntries(metrics.map((metric, index) => [`m${index + 1}`, metric]));
  return new cloudwatch.MathExpression({
    expression: `SUM([${Object.keys(usingMetrics)
      .map((name) => `FILL(${name}, 0)`)
      .join(', ')}])`,
    usingMetrics,
    period,
    label: 'together',
  });
}
