import type * as iam from 'aws-cdk-lib/aws-iam';
import { allow } from './statement.ts';

/**
 * What Lambda needs to put a function into subnets, as AWSLambdaVPCAccessExecutionRole grants it. The interfaces do not
 * exist before, so there is nothing to name.
 */
export const attachToSubnets: iam.PolicyStatement = allow(
  'AttachToSubnets',
  [
    'ec2:AssignPrivateIpAddresses',
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:DescribeNetworkInterfaces',
    'ec2:DescribeSubnets',
    'ec2:UnassignPrivateIpAddresses',
  ],
  ['*'],
);
