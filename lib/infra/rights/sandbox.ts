import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { masterRole, resourcePrefix, tagKeys } from '../../contract/names.ts';
import type { DrillConfig, ProductionConfig } from '../../domain/config/index.ts';
import { allow, ours, oursUnderLease, rdsArn, sandboxArns, taggedByRequest } from './statement.ts';

/** Looks at instances; RDS lists are not filtered by rights, so the answer names production too. */
export const lookAtInstances: iam.PolicyStatement = allow(
  'LookAtInstances',
  ['rds:DescribeDBInstances', 'rds:DescribeEvents'],
  ['*'],
);

/** What RDS offers, what the account may use, and which parameters a group has. Reads nothing of anybody's data. */
export const askWhatRdsOffers: iam.PolicyStatement = allow(
  'AskWhatRdsOffers',
  [
    'rds:DescribeAccountAttributes',
    'rds:DescribeDBEngineVersions',
    'rds:DescribeDBSubnetGroups',
    'rds:DescribeOrderableDBInstanceOptions',
  ],
  ['*'],
);

/** What a drill looks at to rehearse a real restore: only what `production` of some database names. */
export function rehearseRestores(stack: Stack, config: DrillConfig): iam.PolicyStatement[] {
  const named = Object.values(config.databases).map(({ production }) => production);
  const keys = namedOnce(config, ({ kmsKeyId }) => kmsKeyId);
  return [
    ...(productionParameterGroups(stack, config).length === 0
      ? []
      : [allow('LookAtParameterGroups', ['rds:DescribeDBParameterGroups'], ['*'])]),
    ...(named.every(({ securityGroups }) => securityGroups.length === 0)
      ? []
      : [allow('LookAtSecurityGroups', ['ec2:DescribeSecurityGroups'], ['*'])]),
    ...(keys.length === 0 ? [] : [allow('LookAtKeys', ['kms:DescribeKey'], keys)]),
  ];
}

/**
 * Makes an instance: only with our name, in our subnets, and tagged as ours in the very request. CreateDBInstance is
 * authorised on every resource it uses (docs/facts.md#rights-to-create-an-instance).
 */
export function makeInstances(stack: Stack, stackName: string, config: DrillConfig): iam.PolicyStatement[] {
  const parts = [
    rdsArn(stack, 'subgrp', `${stackName}-sandbox`),
    rdsArn(stack, 'pg', `${resourcePrefix}*`),
    // A real restore without a parameter group of its own, and the option groups that PostgreSQL always has.
    rdsArn(stack, 'pg', 'default.postgres*'),
    rdsArn(stack, 'og', 'default:postgres*'),
    ...productionParameterGroups(stack, config),
    ...namedOnce(config, ({ subnetGroup }) => subnetGroup).map((group) => rdsArn(stack, 'subgrp', group)),
  ];
  return [
    allow(
      'MakeInstances',
      ['rds:CreateDBInstance'],
      [sandboxArns(stack), ...parts],
      taggedByRequest(stackName),
    ),
    allow('TagWhatIsMade', ['rds:AddTagsToResource'], [sandboxArns(stack)], taggedByRequest(stackName)),
    // RDS keeps the master's password in a secret of its own and encrypts the storage, with the caller's rights.
    allow(
      'PasswordKeptByRds',
      ['secretsmanager:CreateSecret', 'secretsmanager:TagResource'],
      [
        stack.formatArn({
          service: 'secretsmanager',
          resource: 'secret',
          resourceName: 'rds!db-*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    ),
    allow(
      'EncryptThroughRds',
      ['kms:DescribeKey', 'kms:CreateGrant', 'kms:GenerateDataKey', 'kms:Decrypt'],
      ['*'],
      {
        StringLike: { 'kms:ViaService': ['rds.*.amazonaws.com', 'secretsmanager.*.amazonaws.com'] },
      },
    ),
    allow(
      'FirstInstanceOfTheAccount',
      ['iam:CreateServiceLinkedRole'],
      [
        stack.formatArn({
          service: 'iam',
          region: '',
          resource: 'role/aws-service-role/rds.amazonaws.com',
          resourceName: 'AWSServiceRoleForRDS',
        }),
      ],
      { StringEquals: { 'iam:AWSServiceName': 'rds.amazonaws.com' } },
    ),
  ];
}

/** Deletes an instance that is ours and under a lease, and nothing else; what cannot go yet has its lease ended. */
export const removeInstances = (stack: Stack, stackName: string): iam.PolicyStatement[] => [
  allow('RemoveInstances', ['rds:DeleteDBInstance'], [sandboxArns(stack)], oursUnderLease(stackName)),
  allow('EndLeases', ['rds:AddTagsToResource'], [sandboxArns(stack)], {
    ...oursUnderLease(stackName),
    'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.lease] },
  }),
];

/** What was made of a sandbox by hand and still carries its lease: snapshots and parameter groups. */
export const removeLeftovers = (stack: Stack, stackName: string): iam.PolicyStatement[] => [
  allow(
    'FindLeftovers',
    ['rds:DescribeDBParameterGroups', 'rds:DescribeDBSnapshots', 'rds:ListTagsForResource'],
    ['*'],
  ),
  allow(
    'RemoveLeftovers',
    ['rds:DeleteDBParameterGroup', 'rds:DeleteDBSnapshot'],
    [rdsArn(stack, 'pg', `${resourcePrefix}*`), rdsArn(stack, 'snapshot', `${resourcePrefix}*`)],
    oursUnderLease(stackName),
  ),
];

/**
 * Turns a sandbox into an instance that is kept: its lease goes first. ModifyDBInstance is authorised on the parameter
 * group that it gives, too.
 */
export const keepInstances = (
  stack: Stack,
  stackName: string,
  config: DrillConfig,
): iam.PolicyStatement[] => [
  allow('KeepInstances', ['rds:ModifyDBInstance'], [sandboxArns(stack)], ours(stackName)),
  ...groupsToGive(productionParameterGroups(stack, config)),
  allow('EndLeasesForGood', ['rds:RemoveTagsFromResource'], [sandboxArns(stack)], {
    ...ours(stackName),
    'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.lease] },
  }),
  allow('TagWhatIsKept', ['rds:AddTagsToResource'], [sandboxArns(stack)], {
    ...ours(stackName),
    // Nobody gives a lease back to what was handed over, and the owner's tags are not rewritten.
    'ForAllValues:StringNotEquals': { 'aws:TagKeys': Object.values(tagKeys) },
  }),
];

const groupsToGive = (groups: string[]): iam.PolicyStatement[] =>
  groups.length === 0 ? [] : [allow('GiveParameterGroups', ['rds:ModifyDBInstance'], groups)];

/** Parameter groups of instances that real restores leave. */
const productionParameterGroups = (stack: Stack, config: DrillConfig): string[] =>
  namedOnce(config, ({ parameterGroup }) => parameterGroup).map((group) => rdsArn(stack, 'pg', group));

/** What `production` of the databases names, each once. */
const namedOnce = (config: DrillConfig, name: (production: ProductionConfig) => string | null): string[] => [
  ...new Set(Object.values(config.databases).flatMap(({ production }) => name(production) ?? [])),
];

/** Logs in as the master of a sandbox with a token signed on the spot. The resource id is unknown before it exists. */
export const logInToSandboxes = (stack: Stack): iam.PolicyStatement =>
  allow(
    'LogInToSandboxes',
    ['rds-db:connect'],
    [
      stack.formatArn({
        service: 'rds-db',
        resource: 'dbuser',
        resourceName: `*/${masterRole}`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  );

/** The master's password of our instances: RDS tags its secret with the instance. */
export const readMasterPasswords = (stack: Stack): iam.PolicyStatement =>
  allow(
    'ReadMasterPasswords',
    ['secretsmanager:GetSecretValue'],
    [
      stack.formatArn({
        service: 'secretsmanager',
        resource: 'secret',
        resourceName: 'rds!db-*',
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
    { StringLike: { 'aws:ResourceTag/aws:rds:primaryDBInstanceArn': sandboxArns(stack) } },
  );
