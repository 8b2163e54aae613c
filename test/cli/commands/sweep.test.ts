import { describe, expect, test } from 'vitest';
import { sandboxIdFor } from '../../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { type SweepOptions, sweep } from '../../../lib/cli/commands/sweep.ts';
import { tagKeys } from '../../../lib/contract/names.ts';
import { awsError } from '../../support/aws/scripted-client.ts';
import { captured } from '../remote/support/captured.ts';
import { drillId } from '../remote/support/drills.ts';
import { FakeAccount } from '../remote/support/fake-account.ts';

const running = '20261121T032000Z-billing-cccc';

/** An account with a leftover of an ended drill, the sandbox of a running one, and somebody's production. */
function littered(): FakeAccount {
  const account = new FakeAccount().withExecution(running, [], 'RUNNING');
  const instance = (drill: string, lease: string) => ({
    DBInstanceIdentifier: `${sandboxIdFor('restore-drill', drill)}`,
    DBInstanceArn: `arn:aws:rds:eu-west-1:123456789012:db:${sandboxIdFor('restore-drill', drill)}`,
    ...{ DBInstanceClass: 'db.m7g.large', DBInstanceStatus: 'available', Engine: 'postgres' },
    TagList: [
      { Key: tagKeys.stack, Value: 'restore-drill' },
      { Key: tagKeys.drill, Value: drill },
      { Key: tagKeys.lease, Value: lease },
    ],
  });
  const volume = (VolumeId: string, drill: string) => ({
    ...{ VolumeId, State: 'available', Size: 511 },
    Tags: [
      { Key: tagKeys.stack, Value: 'restore-drill' },
      { Key: tagKeys.drill, Value: drill },
      { Key: tagKeys.lease, Value: '2026-11-21T03:00:00.000Z' },
      { Key: 'AmazonECSManaged', Value: 'true' },
      { Key: 'AmazonECSCreated', Value: 'arn:aws:ecs:eu-west-1:123456789012:task/restore-drill/0a' },
    ],
  });
  return account.on({
    'RDS.DescribeDBInstances': () => ({
      DBInstances: [
        instance(drillId, '2026-11-21T03:00:00.000Z'),
        instance(running, '2026-11-21T03:00:00.000Z'),
        { DBInstanceIdentifier: 'production', DBInstanceStatus: 'available', TagList: [] },
      ],
    }),
    'RDS.DescribeDBSnapshots': () => ({ DBSnapshots: [] }),
    'RDS.DescribeDBParameterGroups': () => ({ DBParameterGroups: [] }),
    'ECS.ListTasks': () => ({ taskArns: [] }),
    'EC2.DescribeVolumes': () => ({
      Volumes: [volume('vol-left', drillId), volume('vol-busy', running)],
    }),
    'EC2.DeleteVolume': () => ({}),
    // Nothing is known of the drill that left it.
    'S3.GetObject': () => {
      throw awsError('NoSuchKey', 'no', 404);
    },
    'RDS.DeleteDBInstance': () => ({}),
    'RDS.ModifyDBInstance': () => ({}),
    'RDS.AddTagsToResource': () => ({}),
  });
}

const sweeping = (account: FakeAccount, options: SweepOptions) =>
  captured(() => sweep({ stack: 'restore-drill', ...options }, account.surroundings));

describe('a sweep of the account', () => {
  test('with --dry-run says what it would remove and what it keeps, and removes nothing', async () => {
    const account = littered();

    const { code, stdout } = await sweeping(account, { dryRun: true });

    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`would remove: RDS instance .*\\(drill ${drillId}, lease until 2026`));
    expect(stdout).toMatch(new RegExp(`kept: RDS instance .*\\(drill ${running},`));
    expect(stdout).not.toContain('production');
    expect(stdout).toMatch(new RegExp(`would remove: EBS volume vol-left .*\\(drill ${drillId},`));
    expect(stdout).toMatch(/kept: EBS volume vol-busy /);
    expect(account.sent('RDS.DeleteDBInstance')).toEqual([]);
    expect(account.sent('EC2.DeleteVolume')).toEqual([]);
  });

  test('with --yes leaves alone what may belong to an approved restore, when nobody lets us look', async () => {
    const account = littered().on({
      'S3.GetObject': () => {
        throw awsError('AccessDenied', 'not you', 403);
      },
    });

    const { stdout } = await sweeping(account, { yes: true });

    expect(stdout).toContain('not removed');
    expect(account.sent('RDS.DeleteDBInstance')).toEqual([]);
  });

  test('with --yes removes what outlived its drill, and only that', async () => {
    const account = littered();

    const { code } = await sweeping(account, { yes: true });

    expect(code).toBe(0);
    expect(
      account.sent('RDS.DeleteDBInstance').map(({ DBInstanceIdentifier }) => DBInstanceIdentifier),
    ).toEqual([sandboxIdFor('restore-drill', drillId)]);
  });

  test('is refused without either, before anything is looked at', async () => {
    const account = littered();
    await expect(sweeping(account, {})).rejects.toMatchObject({
      ...{ code: 'REQUEST_INVALID', hint: expect.stringMatching(/--dry-run.*--yes/) },
    });
    expect(account.calls).toEqual([]);
  });

  test('that may not look at everything says what, and speaks of the rights of the operator', async () => {
    const account = littered().on({
      'ECS.ListTasks': () => {
        throw awsError('AccessDeniedException', 'User: ada is not authorized to perform: ecs:ListTasks', 403);
      },
    });

    await expect(sweeping(account, { dryRun: true })).rejects.toMatchObject({
      message: expect.stringContaining('ecs:ListTasks'),
      hint: expect.stringContaining('your own rights'),
    });
  });

  test('does not take the sandbox of a drill on this machine', async () => {
    await expect(sweeping(littered(), { drill: drillId, yes: true })).rejects.toThrow('this machine');
  });
});
