import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleRestoreImage } from '../../support/built-parts.ts';
import { wholeDump } from '../support/databases.ts';
import { buildTree, enterCommand, type ImageTree, removeTree, treeObstacle } from '../support/image-tree.ts';
import { wordsOf } from '../support/recipe.ts';
import { expectSealed } from '../support/traces.ts';
import type { World } from '../support/world.ts';

/** The recipe of the restore image, carried out without an engine, and what comes out put to work. */
export function imageScenarios(world: () => World): void {
  const obstacle = treeObstacle();
  if (obstacle !== null) {
    process.stderr.write(`The recipe of the restore image is NOT carried out in this run: ${obstacle}.\n`);
    return;
  }

  describe('the restore image', () => {
    let tree: ImageTree;
    const inside = (words: string[], environment: Record<string, string> = {}) => {
      const { program, words: all, env } = enterCommand(tree, { words, environment });
      return spawnSync(program, all, { env, encoding: 'utf8' });
    };

    beforeAll(() => {
      const folder = join(world().directory, 'image-tree');
      mkdirSync(folder);
      tree = buildTree(bundleRestoreImage(join(folder, 'context')), folder);
      process.stderr.write(`Of the image's recipe, done otherwise: ${tree.substitutions.join('; ')}.\n`);
    });
    afterAll(() => removeTree(tree));

    test('runs as nobody: user 10001 without a shell, a home or other groups', () => {
      expect(inside(['id']).stdout.trim()).toBe('uid=10001(drill) gid=10001(drill) groups=10001(drill)');
      expect(inside(['getent', 'passwd', 'drill']).stdout).toMatch(/:\/nonexistent:\/usr\/sbin\/nologin$/m);
    });

    test('can write to its volumes and to nothing else', () => {
      for (const path of ['/app/x', '/etc/x', '/usr/local/bin/x', '/var/x'])
        expect(inside(['touch', path]).stderr).toMatch(/Read-only file system|Permission denied/);
      for (const volume of wordsOf(tree.recipe, 'VOLUME'))
        expect(inside(['touch', join(volume, 'x')]).status).toBe(0);
    });

    test('refuses to start without the pointers of the state machine, by name', () => {
      const { status, stdout, stderr } = inside(wordsOf(tree.recipe, 'ENTRYPOINT'));
      expect(status).not.toBe(0);
      expect(`${stdout}${stderr}`).toContain('COMMAND');
    });

    test('carries out a whole drill from inside the tree', async () => {
      world().fargate.runInside('drill-in-tree', tree);
      await world().backUp('shop', wholeDump());

      const execution = await world().account.start({ database: 'shop' }, 'drill-in-tree');
      const ended = await world().account.ended(execution);

      expect({ status: ended.status, cause: ended.cause }).toEqual({ status: 'SUCCEEDED', cause: undefined });
      await expectSealed(world(), { id: 'drill-in-tree', database: 'shop', verdict: 'PROVEN' });
    });
  });
}
