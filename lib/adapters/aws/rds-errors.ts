import { awsErrorFacts } from './aws-errors.ts';

/** Names of what RDS refuses, as its SDK throws them (docs/facts.md#errors-of-rds). */
const names = {
  alreadyExists: ['DBInstanceAlreadyExistsFault', 'DBInstanceAlreadyExists'],
  notFound: ['DBInstanceNotFoundFault', 'DBInstanceNotFound'],
  invalidState: ['InvalidDBInstanceStateFault', 'InvalidDBInstanceState'],
  noCapacity: [
    'InsufficientDBInstanceCapacityFault',
    'InsufficientDBInstanceCapacity',
    'StorageTypeNotSupportedFault',
    'StorageTypeNotSupported',
    'ProvisionedIopsNotAvailableInAZFault',
    'ProvisionedIopsNotAvailableInAZ',
  ],
  invalidRequest: ['InvalidParameterValue', 'InvalidParameterCombination', 'ValidationError'],
  quota: [
    'InstanceQuotaExceededFault',
    'InstanceQuotaExceeded',
    'StorageQuotaExceededFault',
    'StorageQuotaExceeded',
  ],
  snapshotNotFound: ['DBSnapshotNotFoundFault', 'DBSnapshotNotFound'],
  groupNotFound: ['DBParameterGroupNotFoundFault', 'DBParameterGroupNotFound'],
} as const;

/** True when the error is of that kind, by either of the names it goes by (SDK class, query error code). */
export function isAwsError(error: unknown, kind: keyof typeof names): boolean {
  return (names[kind] as readonly string[]).includes(awsErrorFacts(error).name);
}

/** Name and message of what AWS answered. AWS's messages speak of resources, never of data. */
export function awsWords(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
