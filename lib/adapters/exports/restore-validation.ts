import {
  type BackupClient,
  PutRestoreValidationResultCommand,
  type RestoreValidationStatus,
} from '@aws-sdk/client-backup';
import type { Verdict } from '../../domain/findings/verdict.ts';
import type { DrillRecord } from '../../domain/record/drill-record.ts';
import { verdictReason } from '../../domain/record/report/wording.ts';
import { shortened } from '../../domain/text/shortened.ts';

/** The API names no limit; nobody reads more than this in a column of the console. */
const longestMessage = 1000;

/**
 * What could not be verified has failed for AWS Backup: a validation that stays open, or that timed out, would be another thing, and the
 * message says what it was (docs/facts.md#what-aws-backup-is-told).
 */
const statusOf: Record<Verdict, RestoreValidationStatus> = {
  PROVEN: 'SUCCESSFUL',
  NOT_PROVEN: 'FAILED',
  COULD_NOT_VERIFY: 'FAILED',
};

/** Tells AWS Backup what came of a drill that was asked for one of its restore jobs. @throws what the SDK throws */
export async function putValidationResult(record: DrillRecord, client: BackupClient): Promise<void> {
  const jobId = record.asked?.restoreJobId;
  if (jobId === undefined) return;
  await client.send(
    new PutRestoreValidationResultCommand({
      RestoreJobId: jobId,
      ValidationStatus: statusOf[record.verdict],
      ValidationStatusMessage: validationMessage(record),
    }),
  );
}

/** Says what was looked at, because it is not what the restore job made. */
function validationMessage(record: DrillRecord): string {
  const { dump, drillId, database, verdict } = record;
  const drilled = dump === null ? 'found no dump' : `drilled ${dump.key} from ${dump.location}`;
  const scope = `restore-drill ${drilled}, of the database ${database} (${drillId}); what the restore job made was not looked at.`;
  const because = `${verdict.replaceAll('_', ' ')}: ${verdictReason(record)}`;
  // The reason is cut, and not what it is about.
  const kept = shortened(scope, longestMessage / 2);
  return `${shortened(because, longestMessage - kept.length - 1)} ${kept}`;
}
