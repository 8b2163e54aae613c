import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { admitDrill } from '../../../../lib/adapters/sandboxes/local-process/admit-drill.ts';
import type { StoppedServer } from '../../../../lib/adapters/sandboxes/local-process/single-user.ts';
import { openingDamage } from '../../../../lib/recovery/physical/recovering/opening-damage.ts';
import { CrashedCluster, damageFirstPage } from './stopped-cluster.ts';

let cluster: CrashedCluster;
let catalogue: string;
beforeAll(async () => {
  cluster = await CrashedCluster.make();
  catalogue = await cluster.fileOf('template1', 'pg_class');
});
afterAll(() => cluster.server.stop());

const admitted = (server: StoppedServer): Promise<string[]> =>
  admitDrill({ ...server, password: 'x', hookPassword: null });
const refusal = (server: StoppedServer): Promise<unknown> =>
  admitted(server).catch((error: unknown) => error);

describe('a recovered cluster', () => {
  test('takes the roles of the drill, and says which databases can be asked', async () => {
    expect(await admitted(cluster.copy())).toContain('postgres');
  });

  test.each([
    ['page', 'PAGE_CORRUPT', damageFirstPage],
    [
      'file',
      'BASE_BACKUP_INCOMPLETE',
      ({ dataDirectory }: StoppedServer, file: string) => rmSync(join(dataDirectory, file)),
    ],
  ])('whose catalogue lacks a %s is told as damaged, before anybody logs in', async (_, code, damage) => {
    const server = cluster.copy();
    damage(server, catalogue);
    const error = await refusal(server);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(openingDamage(error)).toMatchObject({ code, severity: 'error' });
  });

  test('that refuses for another reason is no damage', async () => {
    const server = cluster.copy();
    writeFileSync(server.configFile, 'no_such_setting = 1\n', { flag: 'a' });
    const error = await refusal(server);
    expect(error).toMatchObject({ code: 'SANDBOX_UNAVAILABLE' });
    expect(openingDamage(error)).toBeNull();
  });
});
