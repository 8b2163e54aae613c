import { describe, expect, test } from 'vitest';
import { evaluate, type Permission } from './support/evaluate.ts';
import { volumeTags } from './support/required-permissions.ts';
import { account, region } from './support/resolve-template.ts';
import { stackRoles } from './support/stack-roles.ts';

const { byDoor, all } = stackRoles();
const volume = `arn:aws:ec2:${region}:${account}:volume/vol-0a`;
const taskOf = (cluster: string) => `arn:aws:ecs:${region}:${account}:task/${cluster}/0a`;

const ofEcs = all.find(({ logicalId }) => logicalId.startsWith('RestoreVolumeRole'));
if (ofEcs === undefined) throw new Error('the stack has no role for volumes');
const sweep = byDoor.get('sweep');
if (sweep === undefined) throw new Error('the stack has no sweep');

const made = (cluster: string) => ({
  'aws:RequestTag/AmazonECSManaged': 'true',
  'aws:RequestTag/AmazonECSCreated': taskOf(cluster),
});
const allowed = async (role: typeof ofEcs, permission: Permission) =>
  (await evaluate(role, permission)).allowed;

describe('the role with which ECS makes volumes', () => {
  test.each<[string, Permission]>([
    [
      'makes one for a task of ours',
      { action: 'ec2:CreateVolume', resource: volume, context: made('restore-drill-test') },
    ],
    [
      'tags it as it makes it',
      {
        ...{ action: 'ec2:CreateTags', resource: volume },
        context: { ...made('restore-drill-test'), 'ec2:CreateAction': 'CreateVolume' },
      },
    ],
    ['looks at them', { action: 'ec2:DescribeVolumes', resource: '*' }],
    ['attaches ours', { action: 'ec2:AttachVolume', resource: volume, context: volumeTags }],
    [
      'attaches to the host of a task, which is in an account of AWS',
      { action: 'ec2:AttachVolume', resource: `arn:aws:ec2:${region}:999988887777:instance/i-0a` },
    ],
    ['detaches ours', { action: 'ec2:DetachVolume', resource: volume, context: volumeTags }],
    ['deletes ours', { action: 'ec2:DeleteVolume', resource: volume, context: volumeTags }],
  ])('%s', async (_, permission) => {
    expect(await allowed(ofEcs, permission)).toBe(true);
  });

  const foreign = { ...volumeTags, 'aws:ResourceTag/AmazonECSCreated': taskOf('production') };
  test.each<[string, Permission]>([
    [
      'makes none for a task of another cluster',
      { action: 'ec2:CreateVolume', resource: volume, context: made('production') },
    ],
    [
      'makes none from a snapshot',
      {
        action: 'ec2:CreateVolume',
        resource: `arn:aws:ec2:${region}::snapshot/snap-0a`,
        context: made('restore-drill-test'),
      },
    ],
    [
      'tags nothing that exists',
      { action: 'ec2:CreateTags', resource: volume, context: made('restore-drill-test') },
    ],
    ['attaches no other', { action: 'ec2:AttachVolume', resource: volume, context: foreign }],
    ['deletes no other', { action: 'ec2:DeleteVolume', resource: volume, context: foreign }],
    ['deletes none that nobody tagged', { action: 'ec2:DeleteVolume', resource: volume }],
  ])('%s', async (_, permission) => {
    expect(await allowed(ofEcs, permission)).toBe(false);
  });
});

describe('the sweep', () => {
  const without = (key: string) =>
    Object.fromEntries(Object.entries(volumeTags).filter(([name]) => name !== `aws:ResourceTag/${key}`));

  test('deletes a volume that a task of ours left', async () => {
    expect(await allowed(sweep, { action: 'ec2:DeleteVolume', resource: volume, context: volumeTags })).toBe(
      true,
    );
  });

  test.each<[string, Record<string, string>]>([
    ['nobody tagged', {}],
    ['has no lease', without('restore-drill:lease')],
    ['names no drill', without('restore-drill:drill')],
    ['ECS did not make', without('AmazonECSManaged')],
    ['is of another stack', { ...volumeTags, 'aws:ResourceTag/restore-drill:stack': 'other' }],
    ['is of another cluster', { ...volumeTags, 'aws:ResourceTag/AmazonECSCreated': taskOf('production') }],
  ])('deletes none that %s', async (_, context) => {
    expect(await allowed(sweep, { action: 'ec2:DeleteVolume', resource: volume, context })).toBe(false);
  });
});

test('no other role may touch a volume', async () => {
  const others = all.filter((role) => role !== ofEcs && role !== sweep);
  expect(others.length).toBeGreaterThan(20);
  for (const role of others)
    for (const action of ['ec2:DeleteVolume', 'ec2:CreateVolume', 'ec2:AttachVolume', 'ec2:DetachVolume'])
      expect(
        await allowed(role, { action, resource: volume, context: volumeTags }),
        `${role.logicalId} ${action}`,
      ).toBe(false);
});
