import { CreateVolumeCommand, DeleteVolumeCommand, EC2Client } from '@aws-sdk/client-ec2';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { beforeAll, describe, expect, test } from 'vitest';
import { tagKeys } from '../../../lib/contract/names.ts';
import { until } from '../support/account.ts';
import { type DatabaseName, wholeDump } from '../support/databases.ts';
import { credentials, region } from '../support/emulator.ts';
import type { ServersTree } from '../support/servers-tree.ts';
import { expectNothingLeft, expectSealed } from '../support/traces.ts';
import { stackName, type World } from '../support/world.ts';

/** Drills whose server needs more than a task has: `sandbox.storage` says 500 GiB. */
export function volumeScenarios(world: () => World, servers: () => ServersTree): void {
  async function start(database: DatabaseName, id: string) {
    await world().backUp(database, wholeDump());
    world().fargate.runInside(id, servers().tree);
    return world().account.start({ database }, id);
  }

  describe('a drill with its server on a volume', () => {
    test('proves, on a volume of its size that is gone with its task', async () => {
      const execution = await start('large', 'drill-large');

      const ended = await world().account.ended(execution, 300);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-large', database: 'large' },
        verdict: 'PROVEN',
      });
      const [asked, ...others] = world().volumes.asked;
      expect(others).toEqual([]);
      expect(asked?.taskDefinition).toBe(`${stackName}-sandbox-volume`);
      const [volume] = asked?.volumeConfigurations ?? [];
      expect(volume?.managedEBSVolume).toMatchObject({ sizeInGiB: 511, encrypted: true });
      expect(volume?.managedEBSVolume?.roleArn).toMatch(/:role\/.*VolumeRole/);
      expect(world().volumes.written).toEqual([true]);
      expect(await world().volumes.ids()).toEqual([]);
      expect(record.teardown).toMatchObject({ confirmed: true });
      // Two minutes of the task alone would be 0.013 USD.
      expect(record.cost?.estimatedUsd).toBeGreaterThan(0.014);
      const states = await world().account.states(execution);
      expect(states).toContain('Restore dump on a volume');
      expect(states).not.toContain('Restore dump into sandbox');
    });

    test('that cannot be made could not verify, in the words of ECS and with what mends it', async () => {
      world().volumes.failing.set(
        'drill-large-refused',
        'VolumeLimitExceeded: Maximum number of TiB of gp3 exceeded',
      );

      const ended = await world().account.ended(await start('large-refused', 'drill-large-refused'), 240);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'COULD_NOT_VERIFY' });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-large-refused', database: 'large-refused' },
        verdict: 'COULD_NOT_VERIFY',
      });
      expect(record.findings).toContainEqual(
        expect.objectContaining({
          code: 'RESTORE_TASK_NOT_STARTED',
          message: expect.stringMatching(/volume of 511 GiB: .*VolumeLimitExceeded/),
          hint: expect.stringContaining('L-7A658B76'),
        }),
      );
    });

    test('that is aborted in the middle leaves no task and no volume', async () => {
      world().front.stalls.push(
        ({ door, command, input }) =>
          door.startsWith('task:') &&
          command === 'GetObject' &&
          String(input.Key).startsWith('large-aborted/'),
      );
      const before = world().front.stalled.length;
      const executionArn = await start('large-aborted', 'drill-large-aborted');
      await until(120, 'a restore in the middle', () =>
        Promise.resolve(world().front.stalled.length > before || null),
      );
      expect(await world().volumes.ids()).toHaveLength(1);

      await world().account.sfn.send(
        new StopExecutionCommand({ executionArn, cause: 'a person stopped it' }),
      );

      await until(120, 'the clean-up', async () =>
        (await world().account.item('lock#large-aborted', 'lock')) === null ? true : null,
      );
      await expectNothingLeft(world(), 'large-aborted');
      expect(await world().volumes.ids()).toEqual([]);
    });
  });

  describe('a volume that ECS left', () => {
    let ec2: EC2Client;
    beforeAll(() => {
      ec2 = new EC2Client({
        region,
        endpoint: `http://127.0.0.1:${world().account.port}`,
        credentials: {
          accessKeyId: credentials.AWS_ACCESS_KEY_ID,
          secretAccessKey: credentials.AWS_SECRET_ACCESS_KEY,
        },
      });
    });
    const make = async (tags: Record<string, string>): Promise<string> => {
      const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
      const made = await ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: `${region}a`,
          Size: 10,
          TagSpecifications: [{ ResourceType: 'volume', Tags }],
        }),
      );
      return made.VolumeId ?? '';
    };

    test('is swept and told once its lease has ended, and no neighbour is', async () => {
      const ours = {
        [tagKeys.stack]: stackName,
        [tagKeys.drill]: 'drill-left',
        [tagKeys.lease]: '2026-01-01T00:00:00.000Z',
      };
      const ofTask = (cluster: string) => ({
        AmazonECSManaged: 'true',
        AmazonECSCreated: `arn:aws:ecs:${region}:000000000000:task/${cluster}/0a`,
      });
      const left = await make({ ...ours, ...ofTask(world().account.output('RestoreCluster')) });
      const copied = await make(ours);
      const production = await make(ofTask('production'));

      await world().sweep();

      expect((await world().volumes.ids()).sort()).toEqual([copied, production].sort());
      const report = await world().account.item('watch#sweep', 'sweep');
      expect(JSON.stringify(report)).toContain(left);
      for (const VolumeId of [copied, production]) await ec2.send(new DeleteVolumeCommand({ VolumeId }));
    });
  });
}
