import { BackupClient } from '@aws-sdk/client-backup';
import { describe, expect, test } from 'vitest';
import { putValidationResult } from '../../../lib/adapters/exports/restore-validation.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';

const restoreJobId = '1B234A56-789B-01CD-2A34-4567A08901FD';
const asked = { dump: null, at: null, restoreJobId };

async function told(record: DrillRecord) {
  const calls: RecordedCall[] = [];
  await putValidationResult(
    record,
    scripted(new BackupClient({ region: 'eu-west-1' }), () => ({}), calls),
  );
  return calls.map(({ input }) => input);
}

describe('a drill that was asked for a restore job', () => {
  test('tells it that the dump is proven, and what was not looked at', async () => {
    expect(await told(aRecord({ asked }))).toEqual([
      {
        RestoreJobId: restoreJobId,
        ValidationStatus: 'SUCCESSFUL',
        ValidationStatusMessage:
          'PROVEN: The dump was restored, all 2 checks passed, and both objectives were met. restore-drill drilled ' +
          'postgres/shop_20260301T020000Z.dump from s3://acme-backups/postgres/, of the database shop ' +
          '(drill-20260301-030000-a1b2); what the restore job made was not looked at.',
      },
    ]);
  });

  test('tells it that the dump is not', async () => {
    const [result] = await told(aFailedRecord({ asked }));
    expect(result).toMatchObject({
      ValidationStatus: 'FAILED',
      ValidationStatusMessage: expect.stringMatching(/^NOT PROVEN: /),
    });
  });

  test('never says that all is well when it could not look', async () => {
    const [result] = await told(aRecord({ asked, verdict: 'COULD_NOT_VERIFY', dump: null, findings: [] }));
    expect(result).toMatchObject({
      ValidationStatus: 'FAILED',
      ValidationStatusMessage: expect.stringMatching(/^COULD NOT VERIFY: .*found no dump/),
    });
  });

  test('is cut in its reason, and not in what it is about', async () => {
    const findings = [finding('FK_ORPHANS', 'x'.repeat(5000))];
    const [result] = await told(aFailedRecord({ asked, findings }));
    const message = String(result?.ValidationStatusMessage);
    expect(message.length).toBeLessThanOrEqual(1000);
    expect(message).toMatch(/… restore-drill drilled .* was not looked at\.$/);
  });
});

test('another drill tells AWS Backup nothing', async () => {
  expect(await told(aRecord({ asked: { dump: null, at: null } }))).toEqual([]);
  expect(await told(aRecord())).toEqual([]);
});
