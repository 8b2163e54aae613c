/** What drills leave: evidence and reports in the stack's private bucket, records and locks in its table. */

import { createS3EvidenceStore } from '../../../adapters/evidence/s3-evidence.ts';
import { createS3Site } from '../../../adapters/evidence/s3-site.ts';
import { createDynamoLedger } from '../../../adapters/ledgers/dynamodb/dynamodb-ledger.ts';
import { createExecutionStatus } from '../../../adapters/tasks/execution-status.ts';
import type { EvidenceStore } from '../../../ports/evidence-store.ts';
import type { Ledger } from '../../../ports/ledger.ts';
import type { SiteStore } from '../../../ports/site-store.ts';
import { systemClock } from '../../system-clock.ts';
import { dynamoDbClient, s3Client, sfnClient } from '../clients.ts';
import { deployedConfig, deployedConfiguration } from '../configuration.ts';
import { readEnvironment } from '../environment.ts';

/** Clean-up after an abort is tried three times for 15 minutes at most, with Lambda's waits between them. */
const cleanUpSeconds = 3600;

/** Evidence and reports. */
export const evidencePort = (): EvidenceStore =>
  createS3EvidenceStore({ client: s3Client(), bucket: readEnvironment(['evidenceBucket']).evidenceBucket });

/** Pages of all drills, where drills.yaml asks for them. */
export const sitePort = (): SiteStore | null => {
  const { aws } = deployedConfig();
  if (aws?.site !== true) return null;
  const { evidenceBucket } = readEnvironment(['evidenceBucket']);
  return createS3Site({
    ...{ client: s3Client(), bucket: evidenceBucket, clock: systemClock },
    locked: aws.objectLock !== null,
  });
};

/** The ledger, for doors that read records and seal them. */
export const ledgerPort = (): Ledger => createDynamoLedger(ledgerOptions());

/** The same, for doors that take locks and slots: they must know whether the holder still runs. */
export function lockingLedgerPort(): Ledger {
  const { stateMachineArn } = readEnvironment(['stateMachineArn']);
  const executions = createExecutionStatus({ client: sfnClient(), stateMachineArn });
  return createDynamoLedger({
    ...ledgerOptions(),
    isRunning: (drillId) => executions.isRunning(drillId),
    isCleanedUp: (drillId) => executions.endedWithin(drillId, cleanUpSeconds),
    mostDrills: deployedConfig().aws?.maxConcurrentDrills ?? null,
  });
}

function ledgerOptions() {
  const { ledgerTable } = readEnvironment(['ledgerTable']);
  return {
    client: dynamoDbClient(),
    tableName: ledgerTable,
    clock: systemClock,
    databases: deployedConfiguration.databases(),
    evidence: evidencePort(),
  };
}
