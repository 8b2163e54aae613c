import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, ListObjectVersionsCommand } from '@aws-sdk/client-s3';
import { StopExecutionCommand } from '@aws-sdk/client-sfn';
import { describe, expect, test } from 'vitest';
import { until } from '../support/account.ts';
import { backupBucket, wholeDump } from '../support/databases.ts';
import { expectNothingLeft, expectSealed } from '../support/traces.ts';
import type { World } from '../support/world.ts';

const restoreJobId = '0A0B0C0D-789B-01CD-2A34-4567A08901FD';

/** What happens to drills from outside. */
export function interruptionScenarios(world: () => World): void {
  describe('an abort in the middle of the restore', () => {
    test('bypasses every Catch, and still leaves nothing: instance, task, secret and lock go', async () => {
      await world().backUp('aborted', wholeDump());
      // The dump is never read to its end: the restore hangs in the middle, its heartbeats go on.
      world().front.stalls.push(
        ({ door, command, input }) =>
          door.startsWith('task:') && command === 'GetObject' && String(input.Key).startsWith('aborted/'),
      );

      const executionArn = await world().account.start(
        { database: 'aborted', restoreJobId },
        'drill-aborted',
      );
      await until(90, 'a restore in the middle', () =>
        Promise.resolve(world().front.stalled.length > 0 || null),
      );
      expect(world().instances.identifiers.length).toBeGreaterThan(0);
      await world().account.sfn.send(
        new StopExecutionCommand({ executionArn, cause: 'a person stopped it' }),
      );

      await until(120, 'the clean-up', async () => {
        const { instances } = await world().account.leftovers();
        const left = instances.filter((name) => !world().handedOver.has(name));
        const lock = await world().account.item('lock#aborted', 'lock');
        return left.length === 0 && lock === null ? true : null;
      });
      await expectNothingLeft(world(), 'aborted');
      const [record] = await world().account.records('aborted');
      expect(record).toMatchObject({ drillId: 'drill-aborted', verdict: 'COULD_NOT_VERIFY' });
      expect(world().exports.validations).toContainEqual(
        expect.objectContaining({ RestoreJobId: restoreJobId, ValidationStatus: 'FAILED' }),
      );
      expect(world().fargate.processOf('drill-aborted')).toBeNull();
    });
  });

  describe('a dump that vanishes between selection and restore', () => {
    test('is not read by another name: the drill fails, says so, and leaves nothing', async () => {
      const key = await world().backUp('vanishing', wholeDump());
      world().fargate.hold('drill-vanished');

      const execution = await world().account.start({ database: 'vanishing' }, 'drill-vanished');
      await world().account.reached(execution, 'Restore dump into sandbox');
      await deleteEveryVersion(world(), key);
      world().fargate.release('drill-vanished');
      const ended = await world().account.ended(execution);

      expect(ended.status).toBe('FAILED');
      const [record] = await world().account.records('vanishing');
      expect(record?.verdict).not.toBe('PROVEN');
      await expectSealed(world(), {
        id: 'drill-vanished',
        database: 'vanishing',
        verdict: record?.verdict ?? 'COULD_NOT_VERIFY',
      });
      expect(record?.findings.map(({ code }) => code)).toContain('DUMP_NOT_FOUND');
    });
  });

  describe('two starts at once', () => {
    test('run one drill: the other is refused, and does not touch the first one’s sandbox', async () => {
      await world().backUp('busy', wholeDump());

      const executions = await Promise.all([
        world().account.start({ database: 'busy' }, 'drill-busy-1'),
        world().account.start({ database: 'busy' }, 'drill-busy-2'),
      ]);
      const ended = await Promise.all(executions.map((execution) => world().account.ended(execution)));

      expect(ended.map(({ status, cause }) => [status, cause ?? '']).sort()).toEqual([
        ['FAILED', expect.stringContaining('is running')],
        ['SUCCEEDED', ''],
      ]);
      const records = await world().account.records('busy');
      const refused = records.find(({ verdict }) => verdict !== 'PROVEN');
      expect(refused?.findings.map(({ code }) => code)).toEqual(['DRILL_ALREADY_RUNNING']);
      expect(records.filter(({ verdict }) => verdict === 'PROVEN')).toHaveLength(1);
      await expectNothingLeft(world(), 'busy');
    });
  });

  describe('a lock that outlived its drill', () => {
    test('is taken over once its lease has ended', async () => {
      await world().backUp('stale', wholeDump());
      const past = new Date(Date.now() - 3_600_000).toISOString();
      await world().account.dynamo.send(
        new PutItemCommand({
          TableName: world().account.output('LedgerTable'),
          Item: {
            pk: { S: 'lock#stale' },
            sk: { S: 'lock' },
            database: { S: 'stale' },
            drillId: { S: 'drill-that-died' },
            leaseExpiresAt: { S: past },
            takenAt: { S: past },
          },
        }),
      );

      const execution = await world().account.start({ database: 'stale' }, 'drill-after-stale');
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectSealed(world(), { id: 'drill-after-stale', database: 'stale', verdict: 'PROVEN' });
    });
  });
}

async function deleteEveryVersion(world: World, key: string): Promise<void> {
  const { Versions = [] } = await world.account.s3.send(
    new ListObjectVersionsCommand({ Bucket: backupBucket, Prefix: key }),
  );
  for (const { VersionId } of Versions)
    await world.account.s3.send(new DeleteObjectCommand({ Bucket: backupBucket, Key: key, VersionId }));
}
