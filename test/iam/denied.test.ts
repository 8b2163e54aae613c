import { describe, expect, test } from 'vitest';
import { sqlDoors } from '../../lib/contract/touch.ts';
import { doors } from '../../lib/infra/names/doors.ts';
import { evaluate, type Permission } from './support/evaluate.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';
import { networkInterfaces, stack } from './support/unrecorded-calls.ts';

const { byDoor, all, named } = stackRoles();
const db = (name: string): string => `arn:aws:rds:${region}:${account}:db:${name}`;
const ours = 'restore-drill-example-0123456789';

const tags = (written: Record<string, string>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(written).map(([key, value]) => [`aws:ResourceTag/restore-drill:${key}`, value]),
  );
const leased = { stack, drill: 'example', lease: '2026-01-01T00:00:00Z' };

/** Every way to change or end an instance. */
const changes = [
  'rds:DeleteDBInstance',
  'rds:ModifyDBInstance',
  'rds:RebootDBInstance',
  'rds:StopDBInstance',
  'rds:PromoteReadReplica',
  'rds:AddTagsToResource',
  'rds:RemoveTagsFromResource',
];

/** Instances that no door may touch, whatever it is called for. */
const foreign: { what: string; resource: string; context: Record<string, string> }[] = [
  { what: 'production', resource: db('orders-production'), context: {} },
  {
    what: 'production that somebody tagged as ours',
    resource: db('orders-production'),
    context: tags(leased),
  },
  { what: 'an instance with our name and without tags', resource: db(ours), context: {} },
  {
    what: "another stack's sandbox",
    resource: db(ours),
    context: tags({ ...leased, stack: 'restore-drill-other' }),
  },
  {
    what: 'an instance in another account',
    resource: db(ours).replace(account, '210987654321'),
    context: {},
  },
];

const onForeign = foreign.flatMap(({ what, resource, context }) =>
  changes.map((action): [string, Permission] => [`${action} on ${what}`, { action, resource, context }]),
);

const backup = 'arn:aws:s3:::acme-backups';
const writing: [string, Permission][] = [
  ...['PutObject', 'DeleteObject', 'DeleteObjectVersion', 'PutObjectAcl', 'AbortMultipartUpload'].map(
    (action): [string, Permission] => [
      `s3:${action} in the backup bucket`,
      { action: `s3:${action}`, resource: `${backup}/shop/shop_20260101T000000Z.sql.gz` },
    ],
  ),
  ...['PutBucketPolicy', 'PutLifecycleConfiguration', 'DeleteBucket', 'PutBucketVersioning'].map(
    (action): [string, Permission] => [
      `s3:${action} of the backup bucket`,
      { action: `s3:${action}`, resource: backup },
    ],
  ),
];

const never: [string, Permission][] = [
  ...onForeign,
  ...writing,
  ['rds:DeleteDBCluster', { action: 'rds:DeleteDBCluster', resource: db('x').replace(':db:', ':cluster:') }],
  ...(
    [
      ['rds:ModifyDBSubnetGroup', 'subgrp', 'restore-drill-test-sandbox'],
      ['rds:DeleteDBSubnetGroup', 'subgrp', 'restore-drill-test-sandbox'],
      ['rds:ModifyDBParameterGroup', 'pg', 'default.postgres15'],
      ['rds:ModifyOptionGroup', 'og', 'default:postgres-15'],
    ] as const
  ).map(([action, kind, name]): [string, Permission] => [
    // Modifying an instance is authorised on its groups; that must not open the groups themselves.
    `${action} of ${name}`,
    { action, resource: db(name).replace(':db:', `:${kind}:`) },
  ]),
  [
    'rds:RestoreDBInstanceFromDBSnapshot over production',
    { action: 'rds:RestoreDBInstanceFromDBSnapshot', resource: db('orders-production') },
  ],
  [
    'the password of production',
    {
      action: 'secretsmanager:GetSecretValue',
      resource: `arn:aws:secretsmanager:${region}:${account}:secret:rds!db-9d1c1e2d-AbCdEf`,
      context: { 'aws:ResourceTag/aws:rds:primaryDBInstanceArn': db('orders-production') },
    },
  ],
  [
    'a secret of the application',
    {
      action: 'secretsmanager:GetSecretValue',
      resource: `arn:aws:secretsmanager:${region}:${account}:secret:app/key-AbCdEf`,
    },
  ],
  [
    'any parameter',
    { action: 'ssm:GetParameter', resource: `arn:aws:ssm:${region}:${account}:parameter/app/key` },
  ],
  ...['rds:AddRoleToDBInstance', 'rds:RemoveRoleFromDBInstance'].map((action): [string, Permission] => [
    // With a role of AWS the server itself, and so code of a dump, could call AWS (aws_s3, aws_lambda).
    `${action} on a sandbox`,
    { action, resource: db(ours), context: tags(leased) },
  ]),
  ...[
    ['CreateRoute', 'route-table/rtb-0a1b2c'],
    ['AuthorizeSecurityGroupEgress', 'security-group/sg-0a1b2c'],
    ['AuthorizeSecurityGroupIngress', 'security-group/sg-0a1b2c'],
  ].map(([action, what]): [string, Permission] => [
    `ec2:${action}, a way out for the sandboxes`,
    { action: `ec2:${action}`, resource: `arn:aws:ec2:${region}:${account}:${what}` },
  ]),
  ['rights of its own', { action: 'iam:PutRolePolicy', resource: `arn:aws:iam::${account}:role/any` }],
  ['another role', { action: 'sts:AssumeRole', resource: `arn:aws:iam::${account}:role/admin` }],
  [
    'a dump outside the prefixes',
    { action: 's3:GetObject', resource: `${backup}/payroll/payroll_20260101T000000Z.sql.gz` },
  ],
  [
    'deleting evidence',
    {
      action: 's3:DeleteObject',
      resource: `arn:aws:s3:::${Object.keys(named.bucketKeys)[0]}/drills/example/record.json`,
    },
  ],
  [
    'deleting records',
    {
      action: 'dynamodb:DeleteItem',
      resource: `arn:aws:dynamodb:${region}:${account}:table/StorageLedger5E7CB2E3`,
      context: { 'dynamodb:LeadingKeys': ['database#shop'] },
    },
  ],
];

/** What a role is refused must have been refused, not misunderstood. */
async function allowedOf(roles: typeof all, permissions: [string, Permission][]): Promise<string[]> {
  const allowed: string[] = [];
  for (const role of roles)
    for (const [what, permission] of permissions)
      if ((await evaluate(role, permission)).allowed) allowed.push(`${role.logicalId}: ${what}`);
  return allowed;
}

describe('no role of the stack', () => {
  test('may touch production, a foreign instance, the backups or rights', async () => {
    expect(all.length).toBeGreaterThan(doors.length);
    expect(await allowedOf(all, never)).toEqual([]);
  });

  test('may delete or change back what was handed over: it carries no lease', async () => {
    const kept = tags({ stack, drill: 'example', 'handed-over': 'example' });
    const permissions = ['rds:DeleteDBInstance', 'rds:AddTagsToResource'].map(
      (action): [string, Permission] => [
        `${action} with a lease on what was handed over`,
        {
          action,
          resource: db(ours),
          context: {
            ...kept,
            'aws:RequestTag/restore-drill:lease': 'x',
            'aws:TagKeys': ['restore-drill:lease'],
          },
        },
      ],
    );
    expect(await allowedOf(all, permissions)).toEqual([]);
  });

  test('may make an instance without our name or without our tags', async () => {
    const request = Object.fromEntries(
      Object.entries(leased).map(([key, value]) => [`aws:RequestTag/restore-drill:${key}`, value]),
    );
    const permissions: [string, Permission][] = [
      ['another name', { action: 'rds:CreateDBInstance', resource: db('orders-2'), context: request }],
      ['no tags', { action: 'rds:CreateDBInstance', resource: db(ours) }],
      [
        "another stack's tags",
        {
          action: 'rds:CreateDBInstance',
          resource: db(ours),
          context: { ...request, 'aws:RequestTag/restore-drill:stack': 'restore-drill-other' },
        },
      ],
      [
        'the tag on an existing foreign instance',
        { action: 'rds:AddTagsToResource', resource: db('orders-production'), context: request },
      ],
    ];
    expect(await allowedOf(all, permissions)).toEqual([]);
  });
});

describe('the network interfaces of a function in subnets', () => {
  const own = (door: string, function_: string) =>
    networkInterfaces.map((permission): [string, Permission] => [
      `${door}: ${permission.action}`,
      {
        ...permission,
        context: {
          'lambda:SourceFunctionArn': `arn:aws:lambda:${region}:${account}:function:${stack}-${function_}`,
        },
      },
    ]);

  test.each([...sqlDoors])('are for Lambda to make, not for its code: %s', async (door) => {
    const role = byDoor.get(door)!;
    for (const permission of networkInterfaces)
      expect((await evaluate(role, permission)).allowed, permission.action).toBe(true);
    expect(await allowedOf([role], own(door, door))).toEqual([]);
  });
});

describe('the explicit denial', () => {
  test.each([...byDoor.keys()])('reaches every role that runs our code: %s', async (door) => {
    const role = byDoor.get(door)!;
    const { result, deniedBy } = await evaluate(role, {
      action: 'rds:DeleteDBInstance',
      resource: db('orders-production'),
    });
    expect(result).toBe('ExplicitlyDenied');
    expect(deniedBy.length).toBeGreaterThan(0);
  });

  test('wins over a grant that a mistake adds', async () => {
    const role = byDoor.get('sweep')!;
    const everything = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow' as const, Action: '*', Resource: '*' }],
    };
    const careless = { ...role, policies: [...role.policies, { name: 'careless', policy: everything }] };
    const groups = never.filter(([, { action }]) => /Group$/.test(action));
    const permissions = [...onForeign, ...writing, ...groups].filter(
      ([, { action }]) => !/Tags/.test(action),
    );
    expect(await allowedOf([careless], permissions)).toEqual([]);
  });
});
