import type { Permission } from './evaluate.ts';
import type { RecordedKind } from './recorded-calls.ts';
import { account, region } from './resolve-template.ts';

type Requirement = (input: Record<string, unknown>, world: Named) => Permission[];

/** What calls name without saying its ARN. */
export interface Named {
  /** Bucket → ARN of the key that encrypts it, where there is one. */
  bucketKeys: Record<string, string>;
  topicKey: string;
  /** What tasks of hooks take on: their own role, and the one that starts them. */
  hookRoles: string[];
  /** The same of the restore task. */
  taskRoles: string[];
  /** With which ECS makes volumes for it. */
  volumeRole: string;
  /** Tags of instances that exist, by identifier. */
  instanceTags: Record<string, Record<string, string>>;
}

const text = (value: unknown): string => String(value ?? '');
const rds = (kind: string, name: string): string => `arn:aws:rds:${region}:${account}:${kind}:${name}`;
const any = '*';

const object = (input: Record<string, unknown>): string =>
  `arn:aws:s3:::${text(input.Bucket)}/${text(input.Key)}`;

/** SSE-KMS asks for the key as well; the context names the object, or the bucket when it has bucket keys. */
function decrypt(input: Record<string, unknown>, { bucketKeys }: Named, action: string): Permission[] {
  const key = bucketKeys[text(input.Bucket)];
  if (key === undefined) return [];
  return [
    {
      action,
      resource: key,
      context: {
        'kms:ViaService': `s3.${region}.amazonaws.com`,
        'kms:EncryptionContext:aws:s3:arn': object(input),
      },
    },
  ];
}

const readObject: Requirement = (input, world) => [
  // A version that is named is another right, instead of and not beside the plain one (docs/facts.md#reading-a-version).
  {
    action: input.VersionId === undefined ? 's3:GetObject' : 's3:GetObjectVersion',
    resource: object(input),
  },
  ...decrypt(input, world, 'kms:Decrypt'),
];

const dynamo =
  (...actions: string[]): Requirement =>
  (input) =>
    actions.map((action) => ({
      action: `dynamodb:${action}`,
      resource: `arn:aws:dynamodb:${region}:${account}:table/${text(input.TableName)}`,
      context: { 'dynamodb:LeadingKeys': (input.leadingKeys as string[] | undefined) ?? [] },
    }));

const tagContext = (kind: 'RequestTag' | 'ResourceTag', tags: Record<string, string>) =>
  Object.fromEntries(Object.entries(tags).map(([key, value]) => [`aws:${kind}/${key}`, value]));

const onInstance =
  (action: string): Requirement =>
  (input, { instanceTags }) => {
    const name = text(input.DBInstanceIdentifier ?? text(input.ResourceName).split(':').at(-1));
    const context = tagContext('ResourceTag', instanceTags[name] ?? {});
    return [{ action, resource: rds('db', name), context }];
  };

/**
 * CreateDBInstance is authorised on everything that it uses, tags in the request need a right of their own, and a
 * managed password is made with the caller's rights (docs/facts.md#rights-to-create-an-instance).
 */
const createInstance: Requirement = (input) => {
  const tags = (input.tags ?? {}) as Record<string, string>;
  const context = { ...tagContext('RequestTag', tags), 'aws:TagKeys': Object.keys(tags) };
  const database = rds('db', text(input.DBInstanceIdentifier));
  const on = (resource: string): Permission => ({ action: 'rds:CreateDBInstance', resource, context });
  return [
    on(database),
    on(rds('subgrp', text(input.DBSubnetGroupName))),
    // None named: the default one of the major.
    on(rds('pg', text(input.DBParameterGroupName ?? 'default.postgres15'))),
    on(rds('og', 'default:postgres-15')),
    { action: 'rds:AddTagsToResource', resource: database, context },
    ...(input.ManageMasterUserPassword === 'true' ? managedPassword : []),
  ];
};

/** Modifying is authorised on the groups of the instance as well, which have no tags of ours. */
const modifyInstance: Requirement = (input, world) => [
  ...onInstance('rds:ModifyDBInstance')(input, world),
  ...[
    rds('subgrp', 'restore-drill-test-sandbox'),
    rds('pg', 'default.postgres15'),
    rds('og', 'default:postgres-15'),
  ].map((resource) => ({ action: 'rds:ModifyDBInstance', resource })),
];

/** A secret that is named has an ARN with an ending of chance. */
const secretOf = (id: string): string =>
  id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${region}:${account}:secret:${id}-AbCdEf`;

const managedSecret = `arn:aws:secretsmanager:${region}:${account}:secret:rds!db-5f0c1e2d-AbCdEf`;
const secretsKey = `arn:aws:kms:${region}:${account}:key/aws-secretsmanager`;

const managedPassword: Permission[] = [
  { action: 'secretsmanager:CreateSecret', resource: managedSecret },
  { action: 'secretsmanager:TagResource', resource: managedSecret },
  // RDS asks in the name of its caller.
  {
    action: 'kms:DescribeKey',
    resource: secretsKey,
    context: { 'kms:ViaService': `rds.${region}.amazonaws.com` },
  },
];

const task: Requirement = (input) => [
  {
    action: '',
    resource: text(input.task ?? (input.tasks as string[] | undefined)?.[0]),
    context: { 'ecs:cluster': clusterArn(text(input.cluster)) },
  },
];
const clusterArn = (name: string): string =>
  name.startsWith('arn:') ? name : `arn:aws:ecs:${region}:${account}:cluster/${name}`;
const onTask =
  (action: string): Requirement =>
  (input, world) =>
    task(input, world).map((permission) => ({ ...permission, action }));

const on =
  (action: string, member: string): Requirement =>
  (input) => [{ action, resource: text(input[member]) }];

/** A task token names no resource; AWS matches policies with the ARN of the machine that gave it. */
const byToken =
  (action: string): Requirement =>
  () => [{ action, resource: `arn:aws:states:${region}:${account}:stateMachine:restore-drill-test` }];

const describeAll =
  (action: string): Requirement =>
  () => [{ action: `rds:${action}`, resource: any }];

/** Tags of a volume that ECS made for a task of ours. */
export const volumeTags = {
  ...tagContext('ResourceTag', {
    'restore-drill:stack': 'restore-drill-test',
    'restore-drill:drill': 'example',
    'restore-drill:lease': '2026-01-01T00:00:00.000Z',
    AmazonECSManaged: 'true',
    AmazonECSCreated: `arn:aws:ecs:${region}:${account}:task/restore-drill-test/0a`,
  }),
};

const hasVolume = (input: Record<string, unknown>): boolean =>
  text(input.taskDefinition).endsWith('-sandbox-volume');

/** Which rights a call needs: AWS's rules, written down by hand because nothing publishes them. */
const requirements: Record<string, Requirement> = {
  's3:GetObject': readObject,
  's3:HeadObject': readObject,
  's3:PutObject': (input, world) => [
    { action: 's3:PutObject', resource: object(input) },
    ...decrypt(input, world, 'kms:GenerateDataKey'),
  ],
  's3:ListObjectsV2': (input) => [
    {
      action: 's3:ListBucket',
      resource: `arn:aws:s3:::${text(input.Bucket)}`,
      context: { 's3:prefix': text(input.Prefix) },
    },
  ],
  // CloudWatch's name in a signature, and in IAM.
  'monitoring:GetMetricStatistics': () => [{ action: 'cloudwatch:GetMetricStatistics', resource: any }],
  's3:POST object restore': (input) => [{ action: 's3:RestoreObject', resource: object(input) }],
  's3:GET object attributes': (input) => [{ action: 's3:GetObjectAttributes', resource: object(input) }],
  'dynamodb:GetItem': dynamo('GetItem'),
  'dynamodb:PutItem': dynamo('PutItem'),
  'dynamodb:UpdateItem': dynamo('UpdateItem'),
  'dynamodb:DeleteItem': dynamo('DeleteItem'),
  'dynamodb:Query': dynamo('Query'),
  // A transaction is authorised as its operations.
  'dynamodb:TransactWriteItems': (input, world) => {
    const names: Record<string, string> = {
      Put: 'PutItem',
      Update: 'UpdateItem',
      Delete: 'DeleteItem',
      ConditionCheck: 'ConditionCheckItem',
    };
    const operations = ((input.operations as string[] | undefined) ?? []).map((name) => names[name] ?? name);
    return dynamo(...operations)(input, world);
  },
  'rds:CreateDBInstance': createInstance,
  'rds:DeleteDBInstance': onInstance('rds:DeleteDBInstance'),
  'rds:ModifyDBInstance': modifyInstance,
  'rds:AddTagsToResource': (input, world) => {
    const tags = (input.tags ?? {}) as Record<string, string>;
    const added = { ...tagContext('RequestTag', tags), 'aws:TagKeys': Object.keys(tags) };
    return onInstance('rds:AddTagsToResource')(input, world).map((permission) => ({
      ...permission,
      context: { ...permission.context, ...added },
    }));
  },
  'rds:RemoveTagsFromResource': onInstance('rds:RemoveTagsFromResource'),
  'rds:ListTagsForResource': onInstance('rds:ListTagsForResource'),
  'rds:DescribeDBInstances': describeAll('DescribeDBInstances'),
  'rds:DescribeDBEngineVersions': describeAll('DescribeDBEngineVersions'),
  'rds:DescribeDBMajorEngineVersions': describeAll('DescribeDBMajorEngineVersions'),
  'rds:DescribeOrderableDBInstanceOptions': describeAll('DescribeOrderableDBInstanceOptions'),
  'rds:DescribeAccountAttributes': describeAll('DescribeAccountAttributes'),
  'rds:DescribeDBParameterGroups': describeAll('DescribeDBParameterGroups'),
  'rds:DescribeDBParameters': describeAll('DescribeDBParameters'),
  'rds:DescribeDBSubnetGroups': describeAll('DescribeDBSubnetGroups'),
  'rds:DescribeEvents': describeAll('DescribeEvents'),
  'rds:DescribeDBSnapshots': describeAll('DescribeDBSnapshots'),
  'servicequotas:GetServiceQuota': () => [{ action: 'servicequotas:GetServiceQuota', resource: any }],
  'ecs:ListTasks': (input) => [
    { action: 'ecs:ListTasks', resource: any, context: { 'ecs:cluster': clusterArn(text(input.cluster)) } },
  ],
  // Hooks and the task with a volume are started by doors; their definitions are in the template with their roles.
  'ecs:RunTask': (input, { hookRoles, taskRoles, volumeRole }) => [
    ...(hasVolume(input)
      ? [
          {
            ...{ action: 'iam:PassRole', resource: volumeRole },
            context: { 'iam:PassedToService': 'ecs.amazonaws.com' },
          },
        ]
      : []),
    ...(hasVolume(input) ? taskRoles : hookRoles).map((resource) => ({
      ...{ action: 'iam:PassRole', resource },
      context: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' },
    })),
    {
      action: 'ecs:RunTask',
      resource: `arn:aws:ecs:${region}:${account}:task-definition/${text(input.taskDefinition)}:1`,
      context: { 'ecs:cluster': clusterArn(text(input.cluster)) },
    },
    {
      action: 'ecs:TagResource',
      resource: clusterArn(text(input.cluster)).replace(':cluster/', ':task/').concat('/0a'),
      context: { 'ecs:CreateAction': 'RunTask' },
    },
  ],
  'ec2:DescribeVolumes': () => [{ action: 'ec2:DescribeVolumes', resource: any }],
  'ec2:DeleteVolume': (input) => [
    {
      action: 'ec2:DeleteVolume',
      resource: `arn:aws:ec2:${region}:${account}:volume/${text(input.VolumeId)}`,
      context: volumeTags,
    },
  ],
  'ecs:DescribeTasks': onTask('ecs:DescribeTasks'),
  'ecs:StopTask': onTask('ecs:StopTask'),
  'states:DescribeExecution': on('states:DescribeExecution', 'executionArn'),
  'states:GetExecutionHistory': on('states:GetExecutionHistory', 'executionArn'),
  'states:DescribeStateMachine': on('states:DescribeStateMachine', 'stateMachineArn'),
  'states:ListExecutions': on('states:ListExecutions', 'stateMachineArn'),
  'states:SendTaskSuccess': byToken('states:SendTaskSuccess'),
  'states:SendTaskFailure': byToken('states:SendTaskFailure'),
  'states:SendTaskHeartbeat': byToken('states:SendTaskHeartbeat'),
  // RDS tags a managed secret with the instance that it opens.
  'secretsmanager:GetSecretValue': (input) => [
    {
      action: 'secretsmanager:GetSecretValue',
      resource: secretOf(text(input.SecretId)),
      context: {
        'aws:ResourceTag/aws:rds:primaryDBInstanceArn': rds('db', 'restore-drill-example-0123456789'),
      },
    },
  ],
  'ssm:GetParameter': (input) => [
    {
      action: 'ssm:GetParameter',
      resource: `arn:aws:ssm:${region}:${account}:parameter/${text(input.Name).replace(/^\//, '')}`,
    },
  ],
  'events:PutEvents': (input) => {
    const events = input.events as { Source: string; DetailType: string }[];
    return [
      {
        action: 'events:PutEvents',
        resource: `arn:aws:events:${region}:${account}:event-bus/default`,
        context: {
          'events:source': events.map(({ Source }) => Source),
          'events:detail-type': events.map(({ DetailType }) => DetailType),
        },
      },
    ];
  },
  'securityhub:BatchImportFindings': (input) =>
    ((input.products as string[] | undefined) ?? []).map((resource) => ({
      action: 'securityhub:BatchImportFindings',
      resource,
    })),
  'backup:PutRestoreValidationResult': () => [{ action: 'backup:PutRestoreValidationResult', resource: any }],
  'sns:Publish': (input, { topicKey }) => [
    { action: 'sns:Publish', resource: text(input.TopicArn) },
    { action: 'kms:GenerateDataKey', resource: topicKey },
    { action: 'kms:Decrypt', resource: topicKey },
  ],
};

/** @throws Error for a call that has no line in the table */
export function requiredPermissions(call: RecordedKind, world: Named): Permission[] {
  const requirement = requirements[`${call.service}:${call.command}`];
  if (requirement === undefined)
    throw new Error(`no line says which rights ${call.service}:${call.command} (${call.door}) needs`);
  return requirement(call.input, world);
}
