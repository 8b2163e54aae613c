/** Metrics in CloudWatch. All carry the dimensions `Stack` and `Database` but the ones marked otherwise. */
export const metricNamespace = 'RestoreDrill';

/** Written when a record is sealed (EMF). */
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
  /** Only the dimension `Stack`: a message to the topic could not be published. */
  notificationFailed: 'NotificationFailed',
} as const;

/** Written by the watch every hour, whether or not drills run. */
export const watchMetrics = {
  /** Hours since the last proven drill ended; since the stack was deployed when there never was one. */
  hoursSinceProven: 'HoursSinceProven',
  /** Age of the newest eligible dump; a very large number when there is none or the source cannot be listed. */
  newestDumpAgeHours: 'NewestDumpAgeHours',
  /** 1 when the trend of proven drills crosses the RTO objective within 90 days, else 0. */
  rtoForecastMissed: 'RtoForecastMissed',
  /** Only the dimension `Stack`: resources of ours whose lease has expired. */
  expiredLeases: 'ExpiredLeases',
} as const;

/** On every metric, so that two stacks in one account do not mix: the value of STACK_NAME. */
export const stackDimension = 'Stack';
export const databaseDimension = 'Database';
export const phaseDimension = 'Phase';
