import { BackupClient } from '@aws-sdk/client-backup';
import { putValidationResult } from '../../../adapters/exports/restore-validation.ts';
import type { DrillRecord } from '../../../domain/record/drill-record.ts';
import { impatient, once } from '../clients-in-use.ts';

export const backupClient = (): BackupClient => once('backup', () => new BackupClient(impatient));

/** What came of a drill, to the restore job that it was asked for. */
export const tellAwsBackup = (record: DrillRecord): Promise<void> =>
  putValidationResult(record, backupClient());
