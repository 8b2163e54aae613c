import * as iam from 'aws-cdk-lib/aws-iam';
import { allow } from './statement.ts';

const actions = [
  'ec2:AssignPrivateIpAddresses',
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:UnassignPrivateIpAddresses',
];

/**
 * What Lambda needs to put a function into subnets, as AWSLambdaVPCAccessExecutionRole grants it. The interfaces do not
 * exist before, so there is nothing to name.
 */
export const attachToSubnets: iam.PolicyStatement = allow('AttachToSubnets', actions, ['*']);

/**
 * The same rights, refused to the function's own code: only its calls carry the function's ARN, those that Lambda makes
 * for it do not (docs/facts.md#calls-of-a-functions-own-code).
 */
export const noInterfacesForCode = (functionArn: string): iam.PolicyStatement =>
  new iam.PolicyStatement({
    sid: 'NoInterfacesForCode',
    effect: iam.Effect.DENY,
    actions,
    resources: ['*'],
    conditions: { ArnEquals: { 'lambda:SourceFunctionArn': functionArn } },
  });
