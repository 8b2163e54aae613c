import { Duration, Stack } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { drillMetrics, watchMetrics } from '../../contract/metric-names.ts';
import type { DrillConfig } from '../../domain/config/index.ts';
import { phaseNames } from '../../domain/drill/phase-names.ts';
import { consoleOriginOf } from '../names/console.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import { databaseMetric, stackMetric } from './cloudwatch-metrics.ts';

const day = Duration.days(1);

interface DashboardProps {
  names: PhysicalNames;
  databases: DrillConfig['databases'];
  runbook: string;
  stateMachineArn: string;
  evidenceBucket: string;
}

/** What an auditor asks first, on one page: when was each database last proven, and how far from its objectives. */
export class Dashboard extends Construct {
  readonly #props: DashboardProps;

  readonly url: string;

  constructor(scope: Construct, id: string, props: DashboardProps) {
    super(scope, id);
    this.#props = props;
    const { names, databases } = props;
    const dashboard = new cloudwatch.Dashboard(this, 'Dashboard', {
      dashboardName: names.dashboard,
      defaultInterval: Duration.days(90),
      periodOverride: cloudwatch.PeriodOverride.INHERIT,
    });
    const all = Object.entries(databases);
    dashboard.addWidgets(new cloudwatch.TextWidget({ width: 24, height: 3, markdown: this.#links(scope) }));
    dashboard.addWidgets(
      // The worst of the last day with a drill: a second drill must not hide the one that failed.
      this.#numbers('Last verdict (1: proven, 0: not)', drillMetrics.proven, day, 'Minimum'),
      this.#numbers(
        'Hours since the last proof',
        watchMetrics.hoursSinceProven,
        Duration.hours(3),
        'Maximum',
      ),
      this.#numbers(
        'Hours since the newest dump',
        watchMetrics.newestDumpAgeHours,
        Duration.hours(3),
        'Maximum',
      ),
    );
    for (const [database, config] of all) {
      dashboard.addWidgets(
        this.#objective(database, 'RTO', config.objectives.rtoSeconds, drillMetrics.rtoSeconds),
        this.#objective(database, 'RPO', config.objectives.rpoSeconds, drillMetrics.rpoSeconds),
        this.#phasesOf(database),
      );
    }
    dashboard.addWidgets(
      new cloudwatch.GraphWidget({
        title: 'Cost of drills (USD)',
        width: 12,
        left: all.map(([database]) =>
          databaseMetric(names.stack, database, drillMetrics.costUsd, {
            period: day,
            statistic: 'Sum',
            label: database,
          }),
        ),
        stacked: true,
      }),
      new cloudwatch.GraphWidget({
        title: 'Leases that expired',
        width: 12,
        left: [stackMetric(names.stack, watchMetrics.expiredLeases, Duration.hours(3), 'Maximum')],
      }),
    );
    const stack = Stack.of(this);
    const { region } = stack;
    this.url = `${consoleOriginOf(stack)}/cloudwatch/home?region=${region}#dashboards/dashboard/${names.dashboard}`;
  }

  #links(scope: Construct): string {
    const stack = Stack.of(scope);
    const { region } = stack;
    const { stateMachineArn, evidenceBucket, runbook } = this.#props;
    const console = consoleOriginOf(stack);
    return [
      `# restore-drill: ${this.#props.names.stack}`,
      `[Drills and restores](${console}/states/home?region=${region}#/statemachines/view/${stateMachineArn})`,
      `· [Records and reports](${console}/s3/buckets/${evidenceBucket}?region=${region}&prefix=drills/)`,
      `· Runbook: ${runbook}`,
    ].join('\n');
  }

  #numbers(
    title: string,
    metric: string,
    period: Duration,
    worst: 'Minimum' | 'Maximum',
  ): cloudwatch.IWidget {
    return new cloudwatch.SingleValueWidget({
      title,
      width: 8,
      height: 4,
      metrics: Object.keys(this.#props.databases).map((database) =>
        databaseMetric(this.#props.names.stack, database, metric, {
          period,
          statistic: worst,
          label: database,
        }),
      ),
    });
  }

  #objective(
    database: string,
    name: string,
    targetSeconds: number | null,
    metric: string,
  ): cloudwatch.IWidget {
    return new cloudwatch.GraphWidget({
      title: `${database}: ${name} (s)`,
      width: 8,
      left: [
        databaseMetric(this.#props.names.stack, database, metric, {
          period: day,
          statistic: 'Maximum',
          label: 'measured',
        }),
      ],
      leftAnnotations:
        targetSeconds === null
          ? []
          : [{ value: targetSeconds, label: 'objective', color: cloudwatch.Color.RED }],
      leftYAxis: { min: 0 },
    });
  }

  #phasesOf(database: string): cloudwatch.IWidget {
    return new cloudwatch.GraphWidget({
      title: `${database}: phases (s)`,
      width: 8,
      stacked: true,
      left: Object.values(phaseNames).map((phase) =>
        databaseMetric(this.#props.names.stack, database, drillMetrics.phaseSeconds, {
          period: day,
          statistic: 'Maximum',
          phase,
          label: phase,
        }),
      ),
    });
  }
}
