/** Metrics in CloudWatch. All carry the dimensions `Stack` and `Database` but the ones marked otherwise. */
export const metricNamespace = 'RestoreDrill';

/** Written when a record is sealed (EMF), where `aws.databaseMetrics` asks for them. */
export const drillMetrics = {
  /** 1 PROVEN, 0 anything else. */
  proven: 'Proven',
  rtoSeconds: 'RtoSeconds',
  rtoTargetSeconds: 'RtoTargetSeconds',
  rpoSeconds: 'RpoSeconds',
  rpoTargetSeconds: 'RpoTargetSeconds',
  /** 1 when an objective was missed in this drill, else 0. */
  objectiveMissed: 'ObjectiveMissed',
  costUsd: 'CostUsd',
  /** Extra dimension `Phase`. */
  phaseSeconds: 'PhaseSeconds',
} as const;

/** Written by the watch every hour, whether or not drills run; only `attention` without `aws.databaseMetrics`. */
export const watchMetrics = {
  /** Only the dimension `Stack`: how many things need somebody's attention. */
  attention: 'Attention',
  /** Hours since the last proven drill ended; since the stack was deployed when there never was one. */
  hoursSinceProven: 'HoursSinceProven',
  /** Age of the newest eligible dump; a very large number when there is none or the source cannot be listed. */
  newestDumpAgeHours: 'NewestDumpAgeHours',
  /** 1 when the forecast of its drills passes the RTO objective within 90 days or comes close to it, else 0. */
  rtoForecastMissed: 'RtoForecastMissed',
  /** Only the dimension `Stack`: resources of ours whose lease has expired. */
  expiredLeases: 'ExpiredLeases',
} as const;

/**
 * Counted from the logs of the guards and of the functions that tell people, without dimensions, which a metric filter
 * cannot give: the namespace holds the stack's name instead.
 */
export const functionErrorsMetric = 'FunctionErrors';
export const logNamespace = (stack: string): string => `${metricNamespace}/${stack}`;
/** Field of a log line: `yes` when somebody did not hear of a drill, or the answer to an approval was not heard. */
export const unheardField = 'unheard';

/** On every metric, so that two stacks in one account do not mix: the value of STACK_NAME. */
export const stackDimension = 'Stack';
export const databaseDimension = 'Database';
export const phaseDimension = 'Phase';
