/** What an idle stack costs in a month, from its template. */

/** List prices of us-east-1 in USD, each with the page it stands on, as read in November 2026. */
const price = {
  /** https://aws.amazon.com/cloudwatch/pricing/: a metric by the hours it is sent in, an alarm per metric, a dashboard. */
  alarmMetric: 0.1,
  metric: 0.3,
  dashboard: 3,
  logGib: 0.5,
  metricRequest: 0.01 / 1000,
  /** https://aws.amazon.com/kms/pricing/ */
  key: 1,
  /** https://aws.amazon.com/ecr/pricing/ */
  imageGibMonth: 0.1,
  /** https://aws.amazon.com/lambda/pricing/, ARM */
  lambdaRequest: 0.2 / 1_000_000,
  lambdaGibSecond: 0.0000133334,
  /** https://aws.amazon.com/dynamodb/pricing/on-demand/: storage with point-in-time recovery, half a read, a write. */
  tableGibMonth: 0.25 + 0.2,
  readUnit: 0.125 / 1_000_000,
  writeUnit: 0.625 / 1_000_000,
  /** https://aws.amazon.com/s3/pricing/ */
  objectGibMonth: 0.023,
  listRequest: 0.005 / 1000,
};
export const priceDate = 'list prices of us-east-1, November 2026';

/** What every account has without charge, always; a dashboard is free up to 50 metrics, of three. */
const free = { alarmMetrics: 10, metrics: 10, dashboards: 3, metricsPerFreeDashboard: 50 };
const hoursPerMonth = 730;
const gibibyte = 1024 ** 3;

/** Services whose mere existence costs by the hour: one of them would break the promise. */
const hourly: Record<string, number> = {
  'AWS::EC2::NatGateway': 0.045 * hoursPerMonth,
  'AWS::EC2::EIP': 0.005 * hoursPerMonth,
  'AWS::RDS::DBInstance': 50,
  'AWS::ECS::Service': 10,
  'AWS::SecretsManager::Secret': 0.4,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': 16,
};

interface Resource {
  Type: string;
  Properties?: Record<string, unknown>;
}

export interface MonthlyCost {
  service: string;
  /** With the account's always-free allowance, where nothing else uses it. */
  usd: number;
  /** Without. */
  listUsd: number;
  why: string;
}

/** What the watch does for each database in an idle month: lib/steps/watch. */
const perDatabase = {
  /** One query of at most 8 KB, eventually consistent, a day, and three around each drill. */
  readUnits: 31 + 3,
  /** A year of monthly records of some 6 KB, and of reports and evidence of some 120 KB. */
  tableBytes: 12 * 6 * 1024,
  evidenceBytes: 12 * 120 * 1024,
  /** A look at its bucket in the hour in which its nightly dump would be too old. */
  dueListings: 30,
  /** Gauges an hour with `aws.databaseMetrics`. */
  gauges: 3,
};
/** Looks in turn, of all databases together. */
const listingsPerHour = 8;

/** @param databases number of databases in the stack whose resources are given */
export function idleCost(
  resources: Resource[],
  databases: number,
  { databaseMetrics = false } = {},
): MonthlyCost[] {
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const alarmMetrics = of('AWS::CloudWatch::Alarm')
    .map(({ Properties }) => (Properties?.Metrics as { MetricStat?: unknown }[] | undefined) ?? null)
    .reduce((sum, metrics) => sum + (metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1), 0);
  const gauges = 1 + (databaseMetrics ? 1 + perDatabase.gauges * databases : 0);
  const guardRuns = 2 * hoursPerMonth;
  // Two seconds, and eight listings of some 50 ms.
  const guardSeconds = 2 * guardRuns + hoursPerMonth * 0.4;
  const interfaces = of('AWS::EC2::VPCEndpoint').filter(
    ({ Properties }) => Properties?.VpcEndpointType !== 'Gateway',
  ).length;
  const running = resources.reduce((sum, { Type }) => sum + (hourly[Type] ?? 0), interfaces * 2 * 7.3);
  const inTurn = Math.min(databases, listingsPerHour) * hoursPerMonth;
  // A look in turn that comes first makes the one at the end of the day unnecessary.
  const listings = Math.max(inTurn, perDatabase.dueListings * databases);
  const dashboards = of('AWS::CloudWatch::Dashboard').map(metricsOn);
  const line = (service: string, usd: number, why: string, listUsd = usd): MonthlyCost => ({
    ...{ service, usd, listUsd, why },
  });
  const beyond = (used: number, allowance: number, unit: number) => Math.max(0, used - allowance) * unit;
  const small = dashboards.filter((metrics) => metrics <= free.metricsPerFreeDashboard).length;
  const paidDashboards = dashboards.length - Math.min(small, free.dashboards);
  return [
    line(
      'CloudWatch alarms',
      beyond(alarmMetrics, free.alarmMetrics, price.alarmMetric),
      `${alarmMetrics} metrics under ${of('AWS::CloudWatch::Alarm').length} alarms`,
      alarmMetrics * price.alarmMetric,
    ),
    line(
      'CloudWatch metrics',
      beyond(gauges, free.metrics, price.metric),
      `${gauges} hourly gauges`,
      gauges * price.metric,
    ),
    line(
      'CloudWatch dashboards',
      paidDashboards * price.dashboard,
      dashboards.length === 0 ? 'none' : `one of ${dashboards.join(', ')} metrics; free up to 50`,
      dashboards.length * price.dashboard,
    ),
    line('KMS', of('AWS::KMS::Key').length * price.key, `${of('AWS::KMS::Key').length} keys`),
    line('CloudWatch logs', 0.005 * price.logGib, 'some 3 KB of each run of the guards'),
    line(
      'CloudWatch requests',
      hoursPerMonth * price.metricRequest,
      'the queue of what could not be started',
    ),
    line(
      'Lambda',
      guardRuns * price.lambdaRequest + guardSeconds * 0.5 * price.lambdaGibSecond,
      `${guardRuns} runs of sweeper and watch, ${Math.round(guardSeconds)} s of 512 MB`,
    ),
    line(
      'DynamoDB',
      databases * perDatabase.readUnits * price.readUnit +
        // What the watch remembers is written every hour: some 60 bytes a database, packed.
        hoursPerMonth * Math.ceil((500 + 60 * databases) / 1024) * price.writeUnit +
        ((databases * perDatabase.tableBytes) / gibibyte) * price.tableGibMonth,
      'the memory of the watch every hour, a query a day and database, a year of records',
    ),
    line('S3 listings', listings * price.listRequest, `${listings} of one page`),
    line(
      'S3 and ECR storage',
      ((databases * perDatabase.evidenceBytes) / gibibyte) * price.objectGibMonth +
        0.09 * price.imageGibMonth,
      'a year of reports, and the image',
    ),
    line('Network and anything by the hour', running, 'NAT gateways, interface endpoints, instances: none'),
  ];
}

/** How many metrics a dashboard draws. */
function metricsOn({ Properties }: Resource): number {
  const body = JSON.stringify(Properties?.DashboardBody ?? '');
  return body.split('RestoreDrill\\').length - 1;
}

export const total = (lines: MonthlyCost[], which: 'usd' | 'listUsd'): number =>
  lines.reduce((sum, line) => sum + line[which], 0);
