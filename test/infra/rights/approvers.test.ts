import { describe, expect, test } from 'vitest';
import { aConfig, defaultConfig } from '../support/configs.ts';
import { synthesize } from '../support/synth.ts';
import { namedResourcesOf } from '../support/template.ts';

interface ApproverPolicy {
  ManagedPolicyName?: string;
  Roles?: string[];
  Users?: string[];
}

const approverPolicy = ({ json }: ReturnType<typeof synthesize>) =>
  namedResourcesOf<ApproverPolicy>(json, 'AWS::IAM::ManagedPolicy').find(([id]) =>
    id.startsWith('Approvers'),
  )?.[1];

describe('the policy of approvers', () => {
  test('is there, and an output, when nobody is named: permission sets take it by its name', () => {
    const alone = synthesize(aConfig(defaultConfig));
    const policy = approverPolicy(alone);
    expect(policy?.ManagedPolicyName).toBe('restore-drill-approver');
    expect([policy?.Roles, policy?.Users]).toEqual([undefined, undefined]);
    expect(alone.json.Outputs.ApproverPolicy?.Value).toBe('restore-drill-approver');
  });

  test('is attached to the roles and users of drills.yaml, whatever their path', () => {
    const arns = ['role/ops/on-call', 'user/anna'].map((who) => `"arn:aws:iam::123456789012:${who}"`);
    const named = synthesize(aConfig(`aws: { approvers: [${arns.join(', ')}] }\n${defaultConfig}`));
    expect(approverPolicy(named)).toMatchObject({ Roles: ['on-call'], Users: ['anna'] });
  });
});
