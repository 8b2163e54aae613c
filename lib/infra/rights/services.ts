import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';

/**
 * A service of AWS that acts for this account alone: without the condition it could be made to act with our rights for
 * somebody else's resource (docs/facts.md#services-that-say-for-whom-they-act).
 *
 * @param name e.g. `states.amazonaws.com`
 */
export const serviceOfThisAccount = (scope: Construct, name: string): iam.ServicePrincipal =>
  new iam.ServicePrincipal(name, {
    conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
  });
