import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitDrill } from '../../../../lib/adapters/sandboxes/local-process/admit-drill.ts';
import { grantIndexChecks } from '../../../../lib/adapters/sandboxes/local-process/index-checks.ts';
import type { StoppedServer } from '../../../../lib/adapters/sandboxes/local-process/single-user.ts';
import { openingDamage } from '../../../../lib/recovery/physical/recovering/opening-damage.ts';
import { CrashedCluster, damageFirstPage } from './stopped-cluster.ts';

let cluster: CrashedCluster;
let namespaces: string;
beforeAll(async () => {
  cluster = await CrashedCluster.make();
  await cluster.server.createDatabase('shop');
  namespaces = await cluster.fileOf('shop', 'pg_namespace');
});
afterAll(() => cluster.server.stop());

/** A copy of the cluster that knows the drill's roles. */
async function admitted(): Promise<StoppedServer & { majorVersion: number }> {
  const server = cluster.copy();
  await admitDrill({ ...server, password: 'x', hookPassword: null });
  return { ...server, majorVersion: 15 };
}

describe('amcheck in a recovered cluster', () => {
  test('is given to the reader in each database', async () => {
    const { indexChecks, notTested } = await grantIndexChecks(await admitted(), ['postgres', 'shop']);
    expect(indexChecks).toMatchObject({ databases: ['postgres', 'shop'] });
    expect(notTested).toEqual([]);
  });

  test('that meets a damaged catalogue is no check that was left out, but the damage', async () => {
    const server = await admitted();
    damageFirstPage(server, namespaces);
    const error = await grantIndexChecks(server, ['postgres', 'shop']).catch((thrown: unknown) => thrown);
    expect(openingDamage(error)).toMatchObject({ code: 'PAGE_CORRUPT', severity: 'error' });
  });

  test('that a database refuses for another reason is told as not tested there', async () => {
    const { indexChecks, notTested } = await grantIndexChecks(await admitted(), ['shop', 'no such database']);
    expect(indexChecks).toMatchObject({ databases: ['shop'] });
    expect(notTested).toEqual([
      expect.stringContaining('of no such database: amcheck could not be set up there'),
    ]);
  });
});
