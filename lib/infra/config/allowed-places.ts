import { CfnRule, Fn, type ICfnRuleConditionExpression, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AwsConfig } from '../../domain/config/index.ts';

/** Regions without function URLs (docs/facts.md#where-functions-have-no-address). */
export const regionsWithoutFunctionUrls = [
  'ap-east-2',
  'ap-south-2',
  'ap-southeast-4',
  'ap-southeast-5',
  'ap-southeast-6',
  'ap-southeast-7',
  'ca-west-1',
  'cn-north-1',
  'cn-northwest-1',
  'eu-central-2',
  'eu-south-2',
  'il-central-1',
  'me-central-1',
];

/**
 * Refuses to deploy anywhere but where drills.yaml allows, and where the deployment cannot work: CloudFormation checks
 * the rules before it makes anything.
 *
 * @param certifiedRegions regions whose certificates of RDS travel with the code; null: the user gave more of them
 */
export function assertAllowedPlaces(
  scope: Construct,
  aws: AwsConfig | null,
  certifiedRegions: readonly string[] | null,
): void {
  const stack = Stack.of(scope);
  const rule = (id: string, assert: ICfnRuleConditionExpression, assertDescription: string) =>
    new CfnRule(scope, id, { assertions: [{ assert, assertDescription }] });
  const places: [string, string, string[]][] = [
    ['AllowedAccounts', stack.account, aws?.accounts ?? []],
    ['AllowedRegions', stack.region, aws?.regions ?? []],
  ];
  for (const [id, actual, allowed] of places) {
    if (allowed.length === 0) continue;
    rule(id, Fn.conditionContains(allowed, actual), `drills.yaml allows ${allowed.join(', ')} only`);
  }
  if (certifiedRegions !== null) {
    rule(
      'CertifiedRegions',
      Fn.conditionContains([...certifiedRegions], stack.region),
      'This version carries no certificates of RDS for this region: give the bundle that AWS publishes for it as rdsCertificates',
    );
  }
  if (aws?.approvalLinks ?? true) {
    rule(
      'RegionsWithApprovalLinks',
      Fn.conditionNot(Fn.conditionContains(regionsWithoutFunctionUrls, stack.region)),
      'This region has no function URLs: set aws.approvalLinks to false in drills.yaml',
    );
  }
}
