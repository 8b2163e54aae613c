import { EC2Client } from '@aws-sdk/client-ec2';
import { KMSClient } from '@aws-sdk/client-kms';
import { describe, expect, test } from 'vitest';
import { rehearseRestore } from '../../../../lib/adapters/sandboxes/rds/rehearsal.ts';
import type { DatabaseConfig } from '../../../../lib/domain/config/index.ts';
import { awsError, type RecordedCall, scripted } from '../../../support/aws/scripted-client.ts';
import { configured, RdsAccount } from './rds-account.ts';

const kmsKeyId = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';
const usable = { KeyState: 'Enabled', KeyUsage: 'ENCRYPT_DECRYPT', KeySpec: 'SYMMETRIC_DEFAULT' };
const everything = {
  ...{ instanceClass: 'db.r7g.large', parameterGroup: 'shop-15', subnetGroup: 'apps', kmsKeyId },
  securityGroups: ['sg-0a1b2c'],
};

/** The account as it is on the day of the drill; all is well unless said otherwise. */
interface Day {
  offered?: string[];
  family?: string;
  vpcs?: Record<string, string>;
  key?: object;
  used?: number;
  refused?: string;
}

async function rehearse(
  production: Partial<DatabaseConfig['production']>,
  { offered = ['db.r7g.large'], family = 'postgres15', vpcs = {}, key = usable, used = 3, refused }: Day = {},
) {
  const vpcOf = (name: unknown) => vpcs[String(name)] ?? 'vpc-1';
  const account = new RdsAccount();
  account.answers = {
    DescribeOrderableDBInstanceOptions: ({ DBInstanceClass }) => ({
      OrderableDBInstanceOptions: offered.includes(String(DBInstanceClass))
        ? [{ DBInstanceClass, StorageType: 'gp3', AvailabilityZones: [{ Name: 'eu-west-1a' }] }]
        : [],
    }),
    DescribeDBSubnetGroups: ({ DBSubnetGroupName }) => ({
      DBSubnetGroups: [
        {
          ...{ DBSubnetGroupName, VpcId: vpcOf(DBSubnetGroupName) },
          Subnets: [{ SubnetAvailabilityZone: { Name: 'eu-west-1a' } }],
        },
      ],
    }),
    DescribeDBParameterGroups: () => ({ DBParameterGroups: [{ DBParameterGroupFamily: family }] }),
    DescribeAccountAttributes: () => ({
      AccountQuotas: [{ AccountQuotaName: 'AllocatedStorage', Used: used, Max: 1000 }],
    }),
  };
  const calls: RecordedCall[] = [];
  const region = { region: 'eu-west-1' };
  const answer = (command: string, input: Record<string, unknown>): unknown => {
    if (command === refused) throw awsError('AccessDenied', 'not you');
    if (command === 'DescribeKey') return { KeyMetadata: { KeyId: 'k', ...key } };
    const ids = input.GroupIds as string[];
    return { SecurityGroups: ids.map((GroupId) => ({ GroupId, VpcId: vpcOf(GroupId) })) };
  };
  const clients = {
    ec2: scripted(new EC2Client(region), answer, calls),
    kms: scripted(new KMSClient(region), answer, calls),
  };
  const findings = await rehearseRestore(account.client, clients, {
    ...{ engineVersion: '15.17', majorVersion: 15, storageGib: 200, region: 'eu-west-1' },
    ...{ instanceClasses: ['db.r7g.large'], sandboxSubnetGroup: 'restore-drill-sandbox' },
    production: configured({ production }).production,
  });
  expect(account.writes()).toEqual([]);
  return { findings, commands: [...account.calls, ...calls].map(({ command }) => command) };
}

describe('the rehearsal of a real restore', () => {
  test('finds nothing where all is as production says', async () => {
    expect((await rehearse(everything)).findings).toEqual([]);
  });

  test.each<[string, Day, string]>([
    ['the class is offered no longer', { offered: [] }, 'none of db.r7g.large is offered'],
    ['the parameter group is of another major', { family: 'postgres14' }, 'and the dump needs postgres15'],
    [
      'the subnet group is of another VPC',
      { vpcs: { apps: 'vpc-2' } },
      'the subnet group apps lies in vpc-2',
    ],
    [
      'a security group is of another VPC',
      { vpcs: { 'sg-0a1b2c': 'vpc-2' } },
      'the security group sg-0a1b2c lies in vpc-2, and the restore task and the checks in vpc-1',
    ],
    [
      'the key is disabled',
      { key: { ...usable, KeyState: 'PendingDeletion' } },
      'its state is PendingDeletion',
    ],
    ['the key is for signing', { key: { ...usable, KeySpec: 'RSA_2048' } }, 'RDS takes symmetric keys only'],
    [
      'the disk is more than the quota leaves',
      { used: 900 },
      'the RDS quota AllocatedStorage leaves no room',
    ],
    [
      'something cannot be looked at, because that is no yes',
      { refused: 'DescribeKey' },
      'its key could not be looked at (AccessDenied: not you)',
    ],
  ])('warns when %s', async (_what, day, message) => {
    const { findings } = await rehearse(everything, day);

    expect(findings.map(({ code, severity }) => [code, severity])).toEqual([
      ['RESTORE_NOT_READY', 'warning'],
    ]);
    expect(findings[0]?.message).toContain(message);
  });

  test('warns of a key of another region without asking there', async () => {
    const { findings, commands } = await rehearse({ kmsKeyId: kmsKeyId.replace('eu-west-1', 'us-east-1') });

    expect(findings[0]?.message).toContain('is of us-east-1, and the instance of eu-west-1');
    expect(commands).not.toContain('DescribeKey');
  });

  test('makes the drill fail where drills.yaml asks for it, so that its alarm rings', async () => {
    const { findings } = await rehearse({ ...everything, rehearsal: 'error' }, { offered: [] });

    expect(findings[0]?.severity).toBe('error');
  });

  test('asks nobody where drills.yaml turns it off', async () => {
    expect(await rehearse({ ...everything, rehearsal: 'off' }, { offered: [] })).toEqual({
      ...{ findings: [], commands: [] },
    });
  });

  test('asks neither EC2 nor KMS, to which no right may be given, where production names nothing of theirs', async () => {
    const { commands } = await rehearse({});

    expect(commands).not.toContain('DescribeSecurityGroups');
    expect(commands).not.toContain('DescribeKey');
    expect(commands).not.toContain('DescribeDBParameterGroups');
  });
});
