import { ArnFormat, type Stack } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { masterRole, resourcePrefix, tagKeys } from '../../contract/names.ts';
import type { DrillConfig, ProductionConfig } from '../../domain/config/index.ts';
import type { PhysicalNames } from '../names/physical-names.ts';
import {
  allow,
  ours,
  oursUnderLease,
  rdsArn,
  sandboxArns,
  taggedByRequest,
  viaService,
} from './statement.ts';

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
 * Groups that an instance of ours may be in. AWS asks for the right to make or modify an instance on them, too
 * (docs/facts.md#rights-to-create-an-instance).
 */
export const groupsOfInstances = (stack: Stack, names: PhysicalNames, config: DrillConfig): string[] => [
  rdsArn(stack, 'subgrp', names.sandboxSubnetGroup),
  rdsArn(stack, 'pg', `${resourcePrefix}*`),
  // A real restore without a parameter group of its own, and the option groups that PostgreSQL always has.
  rdsArn(stack, 'pg', 'default.postgres*'),
  rdsArn(stack, 'og', 'default:postgres*'),
  ...productionParameterGroups(stack, config),
  ...namedOnce(config, ({ subnetGroup }) => subnetGroup).map((group) => rdsArn(stack, 'subgrp', group)),
];

/**
 * Makes an instance: only with our name, in our subnets, and tagged as ours in the very request. CreateDBInstance is
 * authorised on every resource it uses (docs/facts.md#rights-to-create-an-instance).
 */
export function makeInstances(
  stack: Stack,
  names: PhysicalNames,
  config: DrillConfig,
): iam.PolicyStatement[] {
  const stackName = names.stack;
  return [
    allow(
      'MakeInstances',
      ['rds:CreateDBInstance'],
      [sandboxArns(stack), ...groupsOfInstances(stack, names, config)],
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
        StringLike: { 'kms:ViaService': [viaService(stack, 'rds'), viaService(stack, 'secretsmanager')] },
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

/** Turns a sandbox into an instance that is kept: its lease goes first. */
export const keepInstances = (
  stack: Stack,
  names: PhysicalNames,
  config: DrillConfig,
): iam.PolicyStatement[] => [
  allow('KeepInstances', ['rds:ModifyDBInstance'], [sandboxArns(stack)], ours(names.stack)),
  // Groups carry no tags of ours; without the instance, the right to one of them changes nothing.
  allow('KeepInTheirGroups', ['rds:ModifyDBInstance'], groupsOfInstances(stack, names, config)),
  allow('EndLeasesForGood', ['rds:RemoveTagsFromResource'], [sandboxArns(stack)], {
    ...ours(names.stack),
    'ForAllValues:StringEquals': { 'aws:TagKeys': [tagKeys.lease] },
  }),
  allow('TagWhatIsKept', ['rds:AddTagsToResource'], [sandboxArns(stack)], {
    ...ours(names.stack),
    // Nobody gives a lease back to what was handed over, and the owner's tags are not rewritten.
    'ForAllValues:StringNotEquals': { 'aws:TagKeys': Object.values(tagKeys) },
  }),
];

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
