/** What an idle stack costs in a month, from its template. List prices of us-east-1, November 2026, USD. */

/** Alarms, metrics and dashboards: each account has ten, ten and three without charge, always. */
const cloudWatch = { alarmMetric: 0.1, metric: 0.3, dashboard: 3 };
const freeCloudWatch = { alarmMetrics: 10, metrics: 10, dashboards: 3 };
const price = {
  key: 1,
  // The image of the restore task, some 90 MB packed.
  imageGibMonth: 0.1,
  lambdaRequest: 0.2 / 1_000_000,
  lambdaGibSecondArm: 0.0000133334,
  event: 1 / 1_000_000,
  logGib: 0.5,
  recoveryGibMonth: 0.2 + 0.25,
  objectGibMonth: 0.023,
};
const hoursPerMonth = 730;

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
  usd: number;
  /** The same where the account's always-free allowance is used up by others. */
  listUsd: number;
  why: string;
}

/** @param databases number of databases: each has three gauges an hour */
export function idleCost(resources: Resource[], databases: number): MonthlyCost[] {
  const of = (type: string) => resources.filter(({ Type }) => Type === type);
  const alarmMetrics = of('AWS::CloudWatch::Alarm')
    .map(({ Properties }) => (Properties?.Metrics as { MetricStat?: unknown }[] | undefined) ?? null)
    .reduce((sum, metrics) => sum + (metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1), 0);
  // Three gauges per database and one of leases come every hour; the metrics of drills count for the hours they come in.
  const gauges = 3 * databases + 1;
  const guardRuns = 2 * hoursPerMonth;
  const interfaces = of('AWS::EC2::VPCEndpoint').filter(
    ({ Properties }) => Properties?.VpcEndpointType !== 'Gateway',
  ).length;
  const running = resources.reduce((sum, { Type }) => sum + (hourly[Type] ?? 0), interfaces * 2 * 7.3);
  const line = (service: string, usd: number, why: string, listUsd = usd): MonthlyCost => ({
    service,
    usd,
    listUsd,
    why,
  });
  const beyond = (used: number, free: number, unit: number) => Math.max(0, used - free) * unit;
  const dashboards = of('AWS::CloudWatch::Dashboard').length;
  return [
    line('KMS', of('AWS::KMS::Key').length * price.key, `${of('AWS::KMS::Key').length} key`),
    line(
      'CloudWatch alarms',
      beyond(alarmMetrics, freeCloudWatch.alarmMetrics, cloudWatch.alarmMetric),
      `${alarmMetrics} metrics under ${of('AWS::CloudWatch::Alarm').length} alarms, ${freeCloudWatch.alarmMetrics} free`,
      alarmMetrics * cloudWatch.alarmMetric,
    ),
    line(
      'CloudWatch metrics',
      beyond(gauges, freeCloudWatch.metrics, cloudWatch.metric),
      `${gauges} hourly gauges, ${freeCloudWatch.metrics} free`,
      gauges * cloudWatch.metric,
    ),
    line(
      'CloudWatch dashboard',
      beyond(dashboards, freeCloudWatch.dashboards, cloudWatch.dashboard),
      `${dashboards}, ${freeCloudWatch.dashboards} free`,
      dashboards * cloudWatch.dashboard,
    ),
    line('CloudWatch logs', 0.02 * price.logGib, 'some 20 MB of the guards'),
    line(
      'Lambda',
      guardRuns * (price.lambdaRequest + 2 * 0.5 * price.lambdaGibSecondArm),
      `${guardRuns} runs of sweeper and watch, 2 s of 512 MB`,
    ),
    line('EventBridge', guardRuns * price.event, 'scheduled events'),
    line(
      'DynamoDB, S3, ECR',
      0.05 * price.recoveryGibMonth + 0.2 * price.objectGibMonth + 0.09 * price.imageGibMonth,
      'a year of records and reports, one image',
    ),
    line('Network and anything by the hour', running, 'NAT gateways, interface endpoints, instances: none'),
  ];
}

export const total = (lines: MonthlyCost[], which: 'usd' | 'listUsd'): number =>
  lines.reduce((sum, line) => sum + line[which], 0);
