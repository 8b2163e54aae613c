import { type AwsSecurityFinding, SecurityHubClient } from '@aws-sdk/client-securityhub';
import { describe, expect, test } from 'vitest';
import { importFindings } from '../../../lib/adapters/exports/security-hub.ts';
import { defaultDatabaseConfig, type SourceConfig } from '../../../lib/domain/config/index.ts';
import { finding } from '../../../lib/domain/findings/findings.ts';
import type { DrillRecord } from '../../../lib/domain/record/drill-record.ts';
import { type RecordedCall, scripted } from '../../support/aws/scripted-client.ts';
import { aHostileRecord, unsafeOnTerminal } from '../../support/hostile-record.ts';
import { aFailedRecord, aRecord, aRecordedDump } from '../../support/records.ts';

const newest = { dump: null, at: null };
const bucket = aSource({});

function aSource(overrides: object): SourceConfig {
  const { source } = defaultDatabaseConfig({
    ...{ kind: 's3', bucket: 'acme-backups', prefix: 'postgres/', region: null, endpointUrl: null },
    ...overrides,
  } as SourceConfig);
  return source;
}

/** What Security Hub is asked for a record; the client refuses what AWS would. */
async function imported(
  record: DrillRecord,
  given: { source?: SourceConfig | null; machine?: string; answer?: object } = {},
): Promise<AwsSecurityFinding[]> {
  const calls: RecordedCall[] = [];
  const answer = given.answer ?? { FailedCount: 0, SuccessCount: 1 };
  await importFindings(record, {
    client: scripted(new SecurityHubClient({ region: 'eu-west-1' }), () => answer, calls),
    places: {
      region: 'eu-west-1',
      stateMachineArn: given.machine ?? 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill',
      evidenceBucket: 'evidence',
      runbook: 'https://example.com/runbook.md',
    },
    sourceOf: () => (given.source === undefined ? bucket : given.source),
  });
  return calls.flatMap(({ input }) => input.Findings as AwsSecurityFinding[]);
}

const standing = (findings: AwsSecurityFinding[]) =>
  findings.map(({ GeneratorId, RecordState, Compliance, FindingProviderFields }) => [
    GeneratorId?.replace('restore-drill/', ''),
    RecordState,
    Compliance?.Status,
    FindingProviderFields?.Severity?.Label,
  ]);
const unverified = (overrides: Partial<DrillRecord> = {}) =>
  aRecord({
    verdict: 'COULD_NOT_VERIFY',
    asked: newest,
    findings: [finding('DRILL_ALREADY_RUNNING', 'drill drill-1 of shop is running')],
    ...overrides,
  });

describe('a drill that did not prove', () => {
  test('is an open finding that says why, what to do and where to look', async () => {
    const [opened] = await imported(aFailedRecord({ asked: newest }));

    expect(opened).toMatchObject({
      Id: 'arn:aws:states:eu-west-1:111122223333:stateMachine:restore-drill/shop/not-proven',
      ProductArn: 'arn:aws:securityhub:eu-west-1:111122223333:product/111122223333/default',
      Title: 'The backup of shop is not proven: FK_ORPHANS',
      Description: expect.stringContaining(
        'drill-20260301-030000-a1b2 of postgres/shop_20260301T020000Z.dump',
      ),
      RecordState: 'ACTIVE',
      UpdatedAt: '2026-03-01T03:03:12.400Z',
      SourceUrl: expect.stringContaining('execution:restore-drill:drill-20260301-030000-a1b2'),
      Resources: [
        {
          Type: 'AwsS3Object',
          Id: 'arn:aws:s3:::acme-backups/postgres/shop_20260301T020000Z.dump',
          Partition: 'aws',
          Region: 'eu-west-1',
        },
      ],
    });
    const told = aFailedRecord().findings.find(({ code }) => code === 'FK_ORPHANS');
    expect(opened?.Remediation?.Recommendation).toEqual({
      Text: told?.hint,
      Url: 'https://example.com/runbook.md#a-drill-failed-timed-out-or-was-aborted',
    });
  });

  test('settles that it could look, and leaves nothing else alone', async () => {
    expect(standing(await imported(aFailedRecord({ asked: newest })))).toEqual([
      ['not-proven', 'ACTIVE', 'FAILED', 'HIGH'],
      ['could-not-verify', 'ARCHIVED', 'PASSED', 'INFORMATIONAL'],
    ]);
  });

  test('is less grave where a promise alone was missed', async () => {
    const late = aFailedRecord({ asked: newest, findings: [finding('RTO_MISSED', 'it took 5 h of 4 h')] });
    expect(standing(await imported(late))[0]).toEqual(['not-proven', 'ACTIVE', 'FAILED', 'MEDIUM']);
  });

  test('by not being able to look takes back nothing that an earlier drill found', async () => {
    expect(standing(await imported(unverified()))).toEqual([
      ['could-not-verify', 'ACTIVE', 'WARNING', 'MEDIUM'],
    ]);
  });
});

describe('a drill that proves', () => {
  test('takes both findings back, by the ids that they have', async () => {
    const proven = await imported(aRecord({ asked: newest }));
    const failed = await imported(aFailedRecord({ asked: newest }));

    expect(standing(proven)).toEqual([
      ['not-proven', 'ARCHIVED', 'PASSED', 'INFORMATIONAL'],
      ['could-not-verify', 'ARCHIVED', 'PASSED', 'INFORMATIONAL'],
    ]);
    expect(proven.map(({ Id }) => Id)).toEqual(failed.map(({ Id }) => Id));
  });

  test.each([
    ['a dump that was asked for by name', { asked: { dump: 'postgres/old.dump', at: null } }],
    ['the newest one of an earlier moment', { asked: { dump: null, at: '2026-01-01T00:00:00.000Z' } }],
    ['what a real restore took', { asked: newest, mode: 'restore' as const }],
    ['nobody knows what', {}],
  ])('takes nothing back of the newest backup when it proved %s', async (_, overrides) => {
    expect(await imported(aRecord(overrides))).toEqual([]);
  });
});

describe('the resource of a finding', () => {
  const resourceOf = async (record: DrillRecord, given: Parameters<typeof imported>[1] = {}) =>
    (await imported(record, given))[0]?.Resources?.[0];

  test('is the bucket where no dump was found', async () => {
    expect(await resourceOf(unverified({ dump: null }))).toMatchObject({
      Type: 'AwsS3Bucket',
      Id: 'arn:aws:s3:::acme-backups',
    });
  });

  test('is the bucket where a key is too long to be named', async () => {
    const dump = aRecordedDump({ key: 'k'.repeat(1024) });
    expect(await resourceOf(unverified({ dump }))).toMatchObject({ Id: 'arn:aws:s3:::acme-backups' });
  });

  test('has no ARN in a store that is not AWS’s', async () => {
    const source = aSource({ endpointUrl: 'https://example.r2.cloudflarestorage.com', region: 'auto' });
    expect(await resourceOf(unverified(), { source })).toEqual({
      Type: 'Other',
      Id: 's3://acme-backups/postgres/shop_20260301T020000Z.dump',
    });
  });

  test.each(['aws-cn', 'aws-us-gov'])('is of the partition of the stack: %s', async (partition) => {
    const machine = `arn:${partition}:states:region-1:111122223333:stateMachine:restore-drill`;
    expect(await resourceOf(unverified(), { machine })).toMatchObject({
      Id: expect.stringContaining(`arn:${partition}:s3:::`),
      Partition: partition,
      Region: 'region-1',
    });
  });

  test('names no partition that Security Hub does not know', async () => {
    const machine = 'arn:aws-eusc:states:eusc-de-east-1:111122223333:stateMachine:restore-drill';
    expect(await resourceOf(unverified(), { machine })).not.toHaveProperty('Partition');
  });
});

test('whatever a dump brings, Security Hub takes it: nothing too long, nothing invisible', async () => {
  const record = {
    ...aHostileRecord({ asked: newest }),
    verdict: 'NOT_PROVEN' as const,
    findings: [finding('FK_ORPHANS', `\u202e${'😀'.repeat(3000)}`, 'h\n'.repeat(1000))],
  };
  const [opened] = await imported(record);

  expect(opened?.Description).toMatch(/…$/u);
  const texts = [opened?.Title, opened?.Description, opened?.Remediation?.Recommendation?.Text];
  for (const text of [...texts, opened?.Resources?.[0]?.Id]) expect(text).not.toMatch(unsafeOnTerminal);
});

test('a database that drills.yaml does not have is nobody’s finding', async () => {
  expect(await imported(unverified({ database: 'unknown' }), { source: null })).toEqual([]);
});

test('findings that Security Hub refuses are an error, though the call succeeded', async () => {
  const failed = { Id: 'x', ErrorCode: 'InvalidAccess', ErrorMessage: 'Security Hub is not enabled' };
  const answer = { FailedCount: 1, SuccessCount: 1, FailedFindings: [failed] };

  await expect(imported(aFailedRecord({ asked: newest }), { answer })).rejects.toMatchObject({
    name: 'NotDelivered',
    message: 'Security Hub refused 1 of 2 findings (InvalidAccess)',
  });
});
