import { describe, expect, test } from 'vitest';
import { cutDump, wholeDump } from '../support/databases.ts';
import { expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

const restoreJobId = '1B234A56-789B-01CD-2A34-4567A08901FD';

/** Other services that are told of sealed records. */
export function exportScenarios(world: () => World): void {
  describe('Security Hub and AWS Backup', () => {
    const drill = async (id: string, request: object = {}) => {
      await world().account.ended(await world().account.start({ database: 'exported', ...request }, id));
      return world().exports.findingsOf('exported');
    };

    test('hear of a dump that does not restore, with what was asked in the record', async () => {
      const key = await world().backUp('exported', cutDump(), 5);
      const findings = await drill('drill-exported', { restoreJobId });

      expect(findings['not-proven']).toMatchObject({
        Title: 'The backup of exported is not proven: DUMP_TRUNCATED',
        RecordState: 'ACTIVE',
        Compliance: { Status: 'FAILED' },
        Resources: [{ Type: 'AwsS3Object', Id: `arn:aws:s3:::acme-backups/${key}` }],
      });
      expect(world().exports.validations.at(-1)).toMatchObject({
        RestoreJobId: restoreJobId,
        ValidationStatus: 'FAILED',
        ValidationStatusMessage: expect.stringMatching(new RegExp(`^NOT PROVEN: .*${key}`)),
      });
      const drilled = { id: 'drill-exported', database: 'exported', verdict: 'NOT_PROVEN' as const };
      const { asked } = await expectSealed(world(), drilled);
      expect(asked).toEqual({ dump: null, at: null, restoreJobId });
    });

    test('hear of the next proof, which takes the finding back', async () => {
      await world().backUp('exported', wholeDump(), 1);
      const findings = await drill('drill-exported-well', { restoreJobId });

      expect(Object.keys(findings).sort()).toEqual(['could-not-verify', 'not-proven']);
      expect(findings['not-proven']).toMatchObject({
        RecordState: 'ARCHIVED',
        Compliance: { Status: 'PASSED' },
        ProductFields: { 'restore-drill/drillId': 'drill-exported-well' },
      });
      expect(world().exports.validations.at(-1)).toMatchObject({ ValidationStatus: 'SUCCESSFUL' });
    });

    test('that is switched off is a message nobody heard, and changes no verdict', async () => {
      world().exports.enabled = false;
      await drill('drill-unimported');
      world().exports.enabled = true;

      await expectSealed(world(), { id: 'drill-unimported', database: 'exported', verdict: 'PROVEN' });
      const log = `/aws/lambda/${stackName}-seal-record`;
      const lines = await world().account.logLines(log, 'could not import the findings');
      expect(lines.join('\n')).toContain('Security Hub refused 2 of 2 findings (InvalidAccess)');
      expect(lines.join('\n')).toContain('"unheard":"yes"');
    });
  });
}
