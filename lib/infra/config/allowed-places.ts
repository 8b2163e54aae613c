import { CfnRule, Fn, type Stack } from 'aws-cdk-lib';
import type { AwsConfig } from '../../domain/config/index.ts';

/** Refuses to deploy anywhere but where drills.yaml allows: CloudFormation checks the rule before it makes anything. */
export function assertAllowedPlaces(stack: Stack, aws: AwsConfig | null): void {
  const places: [string, string, string[]][] = [
    ['AllowedAccounts', stack.account, aws?.accounts ?? []],
    ['AllowedRegions', stack.region, aws?.regions ?? []],
  ];
  for (const [id, actual, allowed] of places) {
    if (allowed.length === 0) continue;
    new CfnRule(stack, id, {
      assertions: [
        {
          assert: Fn.conditionContains(allowed, actual),
          assertDescription: `drills.yaml allows ${allowed.join(', ')} only`,
        },
      ],
    });
  }
}
