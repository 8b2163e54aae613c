import type { Permission } from './evaluate.ts';
import { account, region } from './resolve-template.ts';

/**
 * What is asked of IAM without a request that a door sends: by services that act for it, and by the database when it
 * is shown a token. Everything else was recorded.
 */
export const stack = 'restore-drill-test';

const arn = (service: string, rest: string): string => `arn:aws:${service}:${region}:${account}:${rest}`;
const logs = (group: string, ...actions: string[]): Permission[] =>
  actions.map((action) => ({ action, resource: arn('logs', `log-group:${group}:log-stream:any`) }));
const tracing: Permission[] = ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'].map((action) => ({
  action,
  resource: '*',
}));

/** Guards that run every hour are not traced. */
const hourly = new Set(['sweep', 'watch']);

/** Lambda itself, for every function: its log and its traces. */
export const lambdaService = (door: string): Permission[] => [
  ...logs(`/aws/lambda/${stack}-${door}`, 'logs:CreateLogStream', 'logs:PutLogEvents'),
  ...(hourly.has(door) ? [] : tracing),
];

/** Lambda itself, for a function in subnets. */
export const networkInterfaces: Permission[] = [
  'ec2:CreateNetworkInterface',
  'ec2:DeleteNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
].map((action) => ({ action, resource: '*' }));

/** RDS, when a token is shown to it. */
export const logIn: Permission = {
  action: 'rds-db:connect',
  resource: arn('rds-db', 'dbuser:db-ABCDEFGHIJKLMNOPQRSTUVWXYZ/drill_master'),
};

/** RDS in the name of whoever makes an instance: the storage and the managed password are encrypted. */
export const encryption: Permission[] = ['kms:CreateGrant', 'kms:DescribeKey'].map((action) => ({
  action,
  resource: arn('kms', 'key/aws-rds'),
  context: { 'kms:ViaService': `rds.${region}.amazonaws.com` },
}));
export const passwordEncryption: Permission[] = ['kms:GenerateDataKey', 'kms:Decrypt'].map((action) => ({
  action,
  resource: arn('kms', 'key/aws-secretsmanager'),
  context: { 'kms:ViaService': `secretsmanager.${region}.amazonaws.com` },
}));
export const firstInstance: Permission = {
  action: 'iam:CreateServiceLinkedRole',
  resource: `arn:aws:iam::${account}:role/aws-service-role/rds.amazonaws.com/AWSServiceRoleForRDS`,
  context: { 'iam:AWSServiceName': 'rds.amazonaws.com' },
};

/** Lambda itself, for a guard whose event could not be handled. */
export const deadLetters: Permission = { action: 'sqs:SendMessage', resource: arn('sqs', 'DeadLetters') };
