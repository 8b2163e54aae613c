import type { DBInstance } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { handler as handOver } from '../../lambdas/hand-over.ts';
import { handler as lookAtPromotion } from '../../lambdas/look-at-promotion.ts';
import { handler as prepareHandOver } from '../../lambdas/prepare-hand-over.ts';
import { handler as promote } from '../../lambdas/promote.ts';
import { handler as sealRecord } from '../../lambdas/seal-record.ts';
import { sandboxIdFor } from '../../lib/adapters/sandboxes/rds/sandbox-names.ts';
import { handedOverTag, tagKeys } from '../../lib/contract/names.ts';
import type { DrillState } from '../../lib/domain/drill/drill-state.ts';
import type { DrillRecord } from '../../lib/domain/record/drill-record.ts';
import { anInstance } from '../adapters/sandboxes/rds/rds-account.ts';
import { type RdsLikeServer, startRdsLikeServer } from '../support/aws/rds-like-server.ts';
import { anApprovedState } from '../support/drill-states.ts';
import { type DoorWorld, enterDoorWorld, theConfig } from './door-world.ts';

const drillId = 'restore-1';
const sandboxId = sandboxIdFor('restore-drill', drillId);
let world: DoorWorld;
let server: RdsLikeServer;
beforeAll(async () => {
  server = await startRdsLikeServer();
  world = await enterDoorWorld({ databaseMetrics: true });
  process.env.RDS_CA_BUNDLE = server.caFile;
  await server.asSuperuser('postgres', `grant rds_iam to ${server.masterRole}`);
});
afterAll(async () => {
  vi.restoreAllMocks();
  await world.stop();
  await server.stop();
});

/** A real restore that was approved. */
function anApprovedRestore(): DrillState {
  const { host, port, masterRole, serverVersion } = server;
  const address = { sandboxId, host, port, masterRole, serverVersion };
  const production = theConfig().databases.shop!.production;
  return anApprovedState({
    drillId,
    sandbox: { sandboxId, askedAt: '2026-11-20T03:01:00.000Z', address },
    plan: {
      kind: 'rds',
      ...{ drillId, database: 'shop', majorVersion: 15, dumpBytes: 1000, storageBytes: 1000 },
      mode: 'restore',
      leaseExpiresAt: '2026-11-23T03:00:00.000Z',
      rds: {
        ...{ engineVersion: '15.17', storageGib: 20, parameterGroup: 'default.postgres15' },
        placements: [{ instanceClass: 'db.m7g.large', availabilityZone: null }],
        production,
        estimatedCostUsd: 0.1,
      },
    },
  });
}

/** The instance of the drill, as RDS describes it from now on. */
function theInstance(tags: Record<string, string>, changes: DBInstance = {}): void {
  const ours = { [tagKeys.stack]: 'restore-drill', [tagKeys.drill]: drillId, ...tags };
  const TagList = Object.entries(ours).map(([Key, Value]) => ({ Key, Value }));
  const instance = anInstance({ DBInstanceIdentifier: sandboxId, ...changes, TagList });
  world.answers.DescribeDBInstances = () => ({ DBInstances: [instance] });
}

test('the deployed doors of a real restore time the promotion, and its seconds stand in record and metrics', async () => {
  const lines: string[] = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => {
      lines.push(String(text));
      return true;
    });
  world.s3.objects.set(`evidence/drills/${drillId}/prepared-1.json`, Buffer.from('[]'));

  const prepared = await prepareHandOver(anApprovedRestore());
  expect(prepared.phases.map(({ name }) => name)).toEqual(['Promote']);

  theInstance({ [tagKeys.lease]: '2026-11-23T03:00:00.000Z' });
  const begun = await promote(prepared);
  theInstance({ [handedOverTag]: drillId }, { PendingModifiedValues: { MultiAZ: true } });
  const waiting = await lookAtPromotion(begun);
  theInstance({ [handedOverTag]: drillId }, { MultiAZ: true, DeletionProtection: true });
  const promoted = await lookAtPromotion(waiting);
  const handedOver = await handOver(promoted);
  await sealRecord(handedOver);
  vi.restoreAllMocks();

  expect([prepared, begun, waiting, promoted, handedOver].map(({ stage }) => stage)).toEqual([
    'ready to promote',
    'promotion pending',
    'promotion pending',
    'promoted',
    'handed over',
  ]);
  const [promotion, ...others] = handedOver.phases;
  expect(others).toEqual([]);
  expect(promotion).toMatchObject({ name: 'Promote', startedAt: prepared.phases[0]!.startedAt });
  expect(promotion!.seconds).toBeGreaterThan(prepared.phases[0]!.seconds);

  const record = JSON.parse(
    world.s3.objects.get(`evidence/drills/${drillId}/record.json`)?.toString() ?? '',
  ) as DrillRecord;
  expect(record.phases).toEqual([promotion]);
  const metrics = lines.flatMap((line) => (line.startsWith('{') ? [JSON.parse(line) as never] : []));
  expect(metrics).toContainEqual(
    expect.objectContaining({ Phase: 'Promote', PhaseSeconds: expect.anything() as unknown }),
  );
});
