import { chmodSync, cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { repositoryInside } from '../support/databases.ts';
import type { ServersTree } from '../support/servers-tree.ts';
import { expectSealed } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** Drills whose base backups a tool of the user's lists and brings: only the task has it. */
export function commandedScenarios(world: () => World, servers: () => ServersTree): void {
  describe('a tool that only the task has', () => {
    let repository: string;
    const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

    beforeAll(() => {
      const { archived } = servers();
      repository = mkdtempSync(join(servers().directory, 'repository-'));
      for (const name of ['base_old', 'base_new'])
        cpSync(join(archived, 'base'), join(repository, name), { recursive: true });
      // The newest was cut short.
      rmSync(join(repository, 'base_new', 'global'), { recursive: true });
      cpSync(join(archived, 'wal'), join(repository, 'wal'), { recursive: true });
      writeFileSync(join(repository, 'list'), `base_new ${hoursAgo(1)}\nbase_old ${hoursAgo(25)}\n`);
      // As whoever runs the commands sees it: nobody's.
      readable(repository);
    });
    afterAll(() => rmSync(repository, { recursive: true, force: true }));

    async function start(input: Record<string, unknown>, id: string) {
      world().fargate.runInside(id, servers().tree, { [repository]: repositoryInside });
      return world().account.start(input, id);
    }

    test('lists what is older than a broken newest one, and the drill walks back to it', async () => {
      const execution = await start({ database: 'commanded' }, 'drill-commanded');

      const ended = await world().account.ended(execution, 300);

      expect(ended).toMatchObject({ status: 'FAILED', error: 'NOT_PROVEN' });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-commanded', database: 'commanded' },
        verdict: 'NOT_PROVEN',
      });
      expect(record.attempts.map(({ key, verdict }) => [key, verdict])).toEqual([
        ['LATEST', 'NOT_PROVEN'],
        ['base_old', 'PROVEN'],
      ]);
      expect(record.findings).toContainEqual(
        expect.objectContaining({
          code: 'BACKUP_CHOSEN',
          message: 'the newest backup of list is base_new',
        }),
      );
    });

    test('brings the one that was asked for by its name', async () => {
      const input = { database: 'commanded-by-name', dump: 'base_old' };

      const ended = await world().account.ended(await start(input, 'drill-commanded-by-name'), 300);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      const record = await expectSealed(world(), {
        ...{ id: 'drill-commanded-by-name', database: 'commanded-by-name' },
        verdict: 'PROVEN',
      });
      expect(record.tables).toMatchObject([{ database: 'shop', name: 'marker', rows: 3 }]);
    });
  });
}

/** Commands run as a user that owns nothing. */
function readable(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) readable(path);
    else chmodSync(path, 0o644);
  }
}
