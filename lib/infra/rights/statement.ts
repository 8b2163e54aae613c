import { ArnFormat, type Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { resourcePrefix, tagKeys } from '../../contract/names.ts';

type Conditions = Record<string, Record<string, string | string[]>>;

export const allow = (
  sid: string,
  actions: string[],
  resources: string[],
  conditions: Conditions = {},
): iam.PolicyStatement =>
  new iam.PolicyStatement({ sid, effect: iam.Effect.ALLOW, actions, resources, conditions });

/** A key is used through this service, in whatever region; China has a suffix of its own. */
export const viaService = (stack: Stack, service: string): string => `${service}.*.${stack.urlSuffix}`;

/** ARN with colons throughout, of any thing of RDS in this account and region. */
export const rdsArn = (stack: Stack, kind: string, name: string): string =>
  stack.formatArn({
    service: 'rds',
    resource: kind,
    resourceName: name,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });

/** Instances that may be ours, by name. Tags decide. */
export const sandboxArns = (stack: Stack): string => rdsArn(stack, 'db', `${resourcePrefix}*`);

/** The request tags it as ours: all three tags, with this stack's name. */
export const taggedByRequest = (stackName: string): Conditions => ({
  StringEquals: { [`aws:RequestTag/${tagKeys.stack}`]: stackName },
  Null: { [`aws:RequestTag/${tagKeys.drill}`]: 'false', [`aws:RequestTag/${tagKeys.lease}`]: 'false' },
});

/** It is ours and still under a lease: what was handed over has none. */
export const oursUnderLease = (stackName: string): Conditions => ({
  StringEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: stackName },
  Null: { [`aws:ResourceTag/${tagKeys.drill}`]: 'false', [`aws:ResourceTag/${tagKeys.lease}`]: 'false' },
});

/** It is ours, under a lease or just handed over. */
export const ours = (stackName: string): Conditions => ({
  StringEquals: { [`aws:ResourceTag/${tagKeys.stack}`]: stackName },
  Null: { [`aws:ResourceTag/${tagKeys.drill}`]: 'false' },
});
