import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { doctor } from '../../../lib/cli/commands/doctor.ts';
import { type ListOptions, list } from '../../../lib/cli/commands/list.ts';
import { version } from '../../../lib/runtimes/version.ts';
import { accessDenied, type S3StandIn, startS3StandIn } from '../../e2e/support/s3-stand-in.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { aFailedRecord, aRecord } from '../../support/records.ts';
import { captured } from '../remote/support/captured.ts';
import { aStack, FakeAccount } from '../remote/support/fake-account.ts';

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const listing = (keys: string[]) => `<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>backups</Name><KeyCount>${keys.length}</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated>${keys
  .map(
    (Key) =>
      `<Contents><Key>${Key}</Key><LastModified>2026-11-21T02:04:10.000Z</LastModified><ETag>"1"</ETag><Size>12345678</Size><StorageClass>STANDARD</StorageClass></Contents>`,
  )
  .join('')}</ListBucketResult>`;

/** A bucket that answers only to the keys of the secret. */
async function aBucket(keys: string[]): Promise<S3StandIn> {
  const store = await startS3StandIn((request) =>
    request.headers.authorization?.includes('Credential=R2KEY/') === true
      ? { status: 200, body: listing(keys) }
      : accessDenied(),
  );
  ends.push(() => store.stop());
  return store;
}

async function aConfig(endpointUrl: string, databases = ['shop'], more = ''): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'restore-drill-account-list-'));
  ends.push(() => rm(folder, { recursive: true, force: true }));
  const file = join(folder, 'drills.yaml');
  const one = (name: string) => `  ${name}:
    source:
      bucket: backups
      prefix: postgres/
      pattern: "${name}_{timestamp:YYYYMMDDTHHmmssZ}.dump"
      endpointUrl: ${endpointUrl}
      region: auto
      credentialsSecret: r2-keys
      minBytes: 1MB
${more}`;
  await writeFile(file, `databases:\n${databases.map(one).join('')}`);
  return file;
}

const account = () =>
  new FakeAccount().on({
    'SecretsManager.GetSecretValue': () => ({
      SecretString: '{"accessKeyId":"R2KEY","secretAccessKey":"r2-secret-value"}',
    }),
  });

const dumps = [
  'postgres/shop_20261120T020000Z.dump',
  'postgres/shop_20261121T020000Z.dump',
  'postgres/notes.txt',
];

const listed = (fake: FakeAccount, options: ListOptions, database?: string) =>
  captured(() => list(database, { stack: 'restore-drill', ...options }, fake.surroundings));

describe('list in an account', () => {
  test('shows the dumps as the selection sees them, read with the keys of the secret', async () => {
    const store = await aBucket(dumps);

    const { code, stdout, stderr } = await listed(account(), { config: await aConfig(store.endpointUrl) });

    expect(stdout.replaceAll(store.endpointUrl, 'ENDPOINT')).toMatchInlineSnapshot(`
      "shop: s3://backups/postgres/
        eligible  2026-11-21T02:00:00.000Z    12.3 MB  postgres/shop_20261121T020000Z.dump
        eligible  2026-11-20T02:00:00.000Z    12.3 MB  postgres/shop_20261120T020000Z.dump
        ignored   1 object that is no backup by its name
      "
    `);
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });

  test('takes --region for the region of the stack, not of the bucket', async () => {
    const store = await aBucket(dumps);
    const config = await aConfig(store.endpointUrl);
    expect((await listed(account(), { config, region: 'eu-west-1' })).code).toBe(0);
  });

  test('exits with 2 when no dump is eligible, and says which database is not deployed', async () => {
    const store = await aBucket(['postgres/notes.txt']);
    const config = await aConfig(store.endpointUrl, ['crm']);

    const { code, stderr } = await listed(account(), { config });

    expect(code).toBe(2);
    expect(stderr).toContain('not deployed in restore-drill: crm (deployed are: shop, billing)');
  });

  test('names the secret that cannot be read, and never its value', async () => {
    const store = await aBucket(dumps);
    const config = await aConfig(store.endpointUrl);
    const missing = account().on({
      'SecretsManager.GetSecretValue': () => {
        throw awsError('ResourceNotFoundException');
      },
    });
    await expect(listed(missing, { config })).rejects.toThrow('there is no secret r2-keys in this region');
  });

  test.each<[string, ListOptions]>([
    ['--from', { from: '/tmp' }],
    ['--dump', { dump: 'x.dump' }],
  ])('refuses %s, which is for this machine', async (option, options) => {
    await expect(listed(account(), options)).rejects.toMatchObject({
      ...{ code: 'REQUEST_INVALID', message: expect.stringContaining(option) },
    });
  });
});

describe('doctor in an account', () => {
  const healthy = () =>
    account()
      .withExecution('20261121T030000Z-shop-3f9a', [])
      .on({
        'CloudFormation.DescribeStacks': () => ({ Stacks: [aStack({ outputs: { version } })] }),
        'CloudFormation.ListStackResources': () => ({
          StackResourceSummaries: [
            {
              ResourceType: 'AWS::CloudWatch::Alarm',
              PhysicalResourceId: 'restore-drill-proven-overdue-shop',
            },
            { ResourceType: 'AWS::S3::Bucket', PhysicalResourceId: 'bucket' },
            { ResourceType: 'AWS::RDS::DBSubnetGroup', PhysicalResourceId: 'restore-drill-sandbox' },
          ],
        }),
        'CloudWatch.DescribeAlarms': () => ({ MetricAlarms: [] }),
        'ECS.ListTasks': () => ({ taskArns: [] }),
        'EC2.DescribeVolumes': () => ({ Volumes: [] }),
        'RDS.DescribeAccountAttributes': () => ({
          AccountQuotas: [
            { AccountQuotaName: 'DBInstances', Used: 7, Max: 40 },
            { AccountQuotaName: 'AllocatedStorage', Used: 1200, Max: 100_000 },
            { AccountQuotaName: 'OptionGroups', Used: 20, Max: 20 },
          ],
        }),
        'ServiceQuotas.GetServiceQuota': () => ({ Quota: { Value: 8 } }),
        'RDS.DescribeDBInstances': () => ({ DBInstances: [] }),
        'RDS.DescribeDBParameterGroups': () => ({ DBParameterGroups: [] }),
        'RDS.DescribeDBSnapshots': () => ({ DBSnapshots: [] }),
        'RDS.DescribeDBSubnetGroups': ({ DBSubnetGroupName }) => ({
          DBSubnetGroups: [
            { DBSubnetGroupName, Subnets: [{ SubnetAvailabilityZone: { Name: 'eu-west-1a' } }] },
          ],
        }),
        'RDS.DescribeDBEngineVersions': () => ({ DBEngineVersions: [{ EngineVersion: '18.3' }] }),
        'RDS.DescribeOrderableDBInstanceOptions': ({ DBInstanceClass }) => ({
          OrderableDBInstanceOptions: [
            { DBInstanceClass, StorageType: 'gp3', AvailabilityZones: [{ Name: 'eu-west-1a' }] },
          ],
        }),
        'SNS.ListSubscriptionsByTopic': ({ TopicArn }) => ({
          Subscriptions: [
            { Protocol: 'email', Endpoint: 'on-call@example.com', SubscriptionArn: `${TopicArn}:0a1b` },
          ],
        }),
        'S3.GetObject': () => {
          throw awsError('NoSuchKey', 'The specified key does not exist.', 404);
        },
      })
      .withRecord(
        aRecord({ drillId: 'one', startedAt: '2026-11-20T03:00:00.000Z' }),
        aRecord({ drillId: 'two', database: 'billing', startedAt: '2026-11-21T03:00:00.000Z' }),
      );
  const diagnosed = (fake: FakeAccount, config?: string) =>
    captured(() =>
      doctor({ stack: 'restore-drill', ...(config === undefined ? {} : { config }) }, fake.surroundings),
    );

  test('says what is well, what is wrong, and what it did not try', async () => {
    const store = await aBucket(dumps);
    const config = await aConfig(store.endpointUrl, ['shop', 'billing']);

    const { code, stdout } = await diagnosed(await healthy(), config);

    const text = stdout.replaceAll(store.endpointUrl, 'ENDPOINT').replaceAll(config, 'drills.yaml');
    expect(text.replaceAll(version, 'X.Y.Z')).toMatchInlineSnapshot(`
      "ok       stack: restore-drill in account 123456789012, eu-west-1: UPDATE_COMPLETE, deployed 2026-11-20 09:00:00 UTC
      ok       version: X.Y.Z is deployed, and this is X.Y.Z
      ok       notifications: go to email on-call@example.com
      ok       RDS instances: 7 of 40 are used
      ok       RDS storage (GiB): 1200 of 100000 are used
      ok       Fargate vCPUs: 8 at once in this account; the largest restore task takes 8
      ok       last drill of shop: PROVEN at 2026-03-01 03:03:12 UTC (one)
      ok       last drill of billing: PROVEN at 2026-03-01 03:03:12 UTC (two)
      ok       alarms: none of 1 is in alarm
      ok       right states:ListExecutions: for watch
      ok       right states:GetExecutionHistory: for watch, approve
      ok       right dynamodb:GetItem: for start, watch, approve, show
      ok       right dynamodb:Query: for history
      ok       right s3:GetObject: for watch
      ok       right states:DescribeExecution: for start, watch, sweep
      ok       right rds:DescribeDBInstances: for sweep
      ok       right rds:DescribeDBSnapshots: for sweep
      ok       right rds:DescribeDBParameterGroups: for sweep
      ok       right ecs:ListTasks: for sweep
      ok       right ec2:DescribeVolumes: for sweep
      ok       right cloudwatch:DescribeAlarms: for doctor
      untested right states:StartExecution: for start; not tried, because it would change something
      untested right dynamodb:UpdateItem, states:SendTaskSuccess: for approve; not tried, because it would change something
      untested right rds:DeleteDBInstance, ecs:StopTask, ec2:DeleteVolume: for sweep --yes; not tried, because it would change something
      ok       configuration: drills.yaml and the stack have the same databases: shop, billing
      ok       source of shop: s3://backups/postgres/ answers, e.g. postgres/shop_20261120T020000Z.dump
      ok       source of billing: s3://backups/postgres/ answers, e.g. postgres/shop_20261120T020000Z.dump
      ok       class db.t4g.medium: offered in eu-west-1a
      "
    `);
    expect(code).toBe(0);
  });

  test.each<[string, Parameters<FakeAccount['on']>[0], string]>([
    [
      'a right that is missing',
      {
        'SFN.GetExecutionHistory': () => {
          throw awsError('AccessDeniedException', 'no', 403);
        },
      },
      'problem  right states:GetExecutionHistory: denied; watch, approve cannot work without it',
    ],
    [
      'another version',
      { 'CloudFormation.DescribeStacks': () => ({ Stacks: [aStack({ outputs: { version: '9.9.9' } })] }) },
      'problem  version: 9.9.9 is deployed, and this is',
    ],
    [
      'a stack that is broken',
      { 'CloudFormation.DescribeStacks': () => ({ Stacks: [aStack({ status: 'UPDATE_ROLLBACK_FAILED' })] }) },
      'problem  stack: restore-drill in account 123456789012, eu-west-1: UPDATE_ROLLBACK_FAILED',
    ],
    [
      'a quota that is used up',
      {
        'RDS.DescribeAccountAttributes': () => ({
          AccountQuotas: [{ AccountQuotaName: 'DBInstances', Used: 40, Max: 40 }],
        }),
      },
      'problem  RDS instances: 40 of 40 are used; raise the quota',
    ],
    [
      'a Fargate quota below the largest task',
      { 'ServiceQuotas.GetServiceQuota': () => ({ Quota: { Value: 6 } }) },
      'problem  Fargate vCPUs: 6 at once in this account; the largest restore task takes 8; raise L-3032A538',
    ],
    [
      'an open alarm',
      { 'CloudWatch.DescribeAlarms': () => ({ MetricAlarms: [{ AlarmName: 'restore-drill-leak' }] }) },
      'problem  alarm restore-drill-leak: is in alarm; see docs/runbook.md',
    ],
  ])('%s is a problem, and the exit code 2', async (_what, answers, line) => {
    const { code, stdout } = await diagnosed((await healthy()).on(answers));

    expect(stdout).toContain(line);
    expect(code).toBe(2);
  });

  test('a database that is not proven, or was never drilled, is a problem', async () => {
    const unproven = aFailedRecord({ drillId: 'three', startedAt: '2026-11-21T04:00:00.000Z' });
    const { stdout } = await diagnosed(await (await healthy()).withRecord(unproven));
    expect(stdout).toMatch(/problem {2}last drill of shop: NOT_PROVEN at .*\(three\); last proven at 2026-/);

    const fresh = await healthy();
    fresh.table.items.clear();
    expect((await diagnosed(fresh)).stdout).toContain(
      'problem  last drill of billing: none yet; start one with `restore-drill start billing --stack restore-drill`',
    );
  });

  test.each([
    [
      '0 3 1 1 ? *',
      /ok {7}schedule of shop: last proven at 2026-03-01 03:03:12 UTC, .* ago; 367 d .* are allowed/,
    ],
    [
      '0 3 1 * ? *',
      /problem {2}schedule of shop: overdue: last proven at 2026-03-01 .* ago; 32 d 1 h are allowed/,
    ],
  ])('a database whose schedule is %s is held against it', async (cron, line) => {
    const store = await aBucket(dumps);
    const config = await aConfig(store.endpointUrl, ['shop'], `    schedule: { cron: "${cron}" }\n`);

    expect((await diagnosed(await healthy(), config)).stdout).toMatch(line);
  });

  test('a bucket that these credentials may not read is a problem of that source', async () => {
    const store = await startS3StandIn(accessDenied);
    ends.push(() => store.stop());

    const { code, stdout } = await diagnosed(await healthy(), await aConfig(store.endpointUrl));

    expect(stdout).toContain('problem  source of shop:');
    expect(stdout).toContain('deployed, but not in');
    expect(code).toBe(2);
  });
});
