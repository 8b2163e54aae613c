import { EC2Client, type Volume } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { createTaskVolumes } from '../../../../lib/adapters/sandboxes/task/task-volumes.ts';
import { awsError, type RecordedCall, scripted } from '../../../support/aws/scripted-client.ts';

const cluster = 'arn:aws:ecs:eu-west-1:111122223333:cluster/restore-drill';
const task = 'arn:aws:ecs:eu-west-1:111122223333:task/restore-drill/0a';
const ourTags = {
  'restore-drill:stack': 'restore-drill',
  'restore-drill:drill': 'drill-1',
  'restore-drill:lease': '2026-11-20T00:00:00.000Z',
  AmazonECSManaged: 'true',
  AmazonECSCreated: task,
};

function aVolume(changes: Partial<Volume> = {}, tags: Record<string, string | null> = {}): Volume {
  const all: Record<string, string | null> = { ...ourTags, ...tags };
  const Tags = Object.entries(all).flatMap(([Key, Value]) => (Value === null ? [] : [{ Key, Value }]));
  return { VolumeId: 'vol-1', State: 'available', Size: 511, Tags, ...changes };
}

function volumesOf(found: Volume[], deleting: () => unknown = () => ({})) {
  const calls: RecordedCall[] = [];
  const respond = (command: string): unknown => {
    if (command === 'DeleteVolume') return deleting();
    return { Volumes: found };
  };
  const ec2 = scripted(new EC2Client({ region: 'eu-west-1', maxAttempts: 1 }), respond, calls);
  const volumes = createTaskVolumes({ ec2, stackName: 'restore-drill', cluster });
  const of = (command: string) => calls.filter((call) => call.command === command).map(({ input }) => input);
  return { volumes, of };
}

describe('volumes of restore tasks', () => {
  test('of a drill are found by its tag, whatever their state', async () => {
    const { volumes, of } = volumesOf([aVolume({ State: 'in-use' })]);

    expect(await volumes.ofDrill('drill-1')).toEqual(['vol-1']);
    expect(of('DescribeVolumes')).toMatchObject([
      {
        Filters: [
          { Name: 'tag:restore-drill:stack', Values: ['restore-drill'] },
          { Name: 'tag:restore-drill:drill', Values: ['drill-1'] },
        ],
      },
    ]);
  });

  test('that were left are told with their drill and lease, and deleted when asked', async () => {
    const { volumes, of } = volumesOf([aVolume()]);

    const [leftover, ...others] = await volumes.leftovers();

    expect(others).toEqual([]);
    expect(leftover).toMatchObject({
      what: 'EBS volume vol-1 (511 GiB, of a restore task)',
      drillId: 'drill-1',
      leaseExpiresAt: '2026-11-20T00:00:00.000Z',
    });
    await leftover?.remove();
    expect(of('DeleteVolume')).toEqual([{ VolumeId: 'vol-1' }]);
  });

  test.each<[string, Volume]>([
    ['is attached', aVolume({ State: 'in-use' })],
    ['is of another stack', aVolume({}, { 'restore-drill:stack': 'other' })],
    ['names no drill', aVolume({}, { 'restore-drill:drill': null })],
    ['has no lease', aVolume({}, { 'restore-drill:lease': null })],
    ['was not made by ECS', aVolume({}, { AmazonECSManaged: null })],
    [
      'was made for a task of another cluster',
      aVolume({}, { AmazonECSCreated: task.replace('restore-drill/', 'x/') }),
    ],
    [
      'was made for a cluster whose name begins alike',
      aVolume({}, { AmazonECSCreated: task.replace('restore-drill/', 'restore-drill-2/') }),
    ],
  ])('one that %s is nobody’s to remove, even when EC2 lists it', async (_, volume) => {
    expect(await volumesOf([volume]).volumes.leftovers()).toEqual([]);
  });

  test('that ECS deleted meanwhile are gone; what EC2 refuses is thrown', async () => {
    const gone = volumesOf([aVolume()], () => {
      throw awsError('InvalidVolume.NotFound', 'gone', 400);
    });
    await expect((await gone.volumes.leftovers())[0]?.remove()).resolves.toBeUndefined();

    const refused = volumesOf([aVolume()], () => {
      throw awsError('VolumeInUse', 'attached', 400);
    });
    await expect((await refused.volumes.leftovers())[0]?.remove()).rejects.toThrow('attached');
  });
});
