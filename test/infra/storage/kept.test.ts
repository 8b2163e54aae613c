import { describe, expect, test } from 'vitest';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf, type Policy, resourcesOf } from '../support/template.ts';

const keyArn = 'arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-evidence';
const own = synthesize(aConfig(`aws: { customerKey: true }\n${defaultConfig}`));
const after = synthesize(
  aConfig(`
aws:
  kept: { ledgerTable: restore-drill-Ledger-1A2B, evidenceBucket: restore-drill-evidence-3c4d, key: "${keyArn}" }
${defaultConfig}`),
);

describe('a stack that goes on with what a destroyed one left', () => {
  test('makes no ledger, no bucket and no key of its own', () => {
    for (const type of ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::KMS::Key'])
      after.template.resourceCountIs(type, 0);
    expect(after.json.Outputs.LedgerTable?.Value).toBe('restore-drill-Ledger-1A2B');
    expect(after.json.Outputs.EvidenceBucket?.Value).toBe('restore-drill-evidence-3c4d');
    expect(after.json.Outputs.EvidenceKey?.Value).toBe(keyArn);
  });

  test('may use exactly those, and makes the alias of the key again', () => {
    const rights = JSON.stringify(resourcesOf<Policy>(after.json, 'AWS::IAM::Policy'));
    expect(rights).toContain(':table/restore-drill-Ledger-1A2B"');
    expect(rights).toContain(':s3:::restore-drill-evidence-3c4d"');
    expect(rights).toContain(`"${keyArn}"`);
    after.template.hasResourceProperties('AWS::KMS::Alias', {
      AliasName: 'alias/restore-drill',
      TargetKeyId: keyArn,
    });
    after.template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: keyArn });
  });

  test('gives the bucket its policy back, in the place where a stack that made it has it', () => {
    const [[id, policy] = []] = namedResourcesOf<Policy>(after.json, 'AWS::S3::BucketPolicy');
    const [[ownId, ownPolicy] = []] = namedResourcesOf<Policy>(own.json, 'AWS::S3::BucketPolicy');
    expect(id).toBe(ownId);
    const conditions = (one: Policy | undefined) =>
      one?.PolicyDocument.Statement.map(({ Effect, Action, Condition }) => ({ Effect, Action, Condition }));
    expect(conditions(policy)).toEqual(conditions(ownPolicy));
  });

  test('would find them by the outputs of the one that is there', () => {
    expect(Object.keys(own.json.Outputs)).toEqual(
      expect.arrayContaining(['LedgerTable', 'EvidenceBucket', 'EvidenceKey']),
    );
  });
});
