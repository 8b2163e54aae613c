import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oneMomentYaml } from './one-moment/databases.ts';
import { oneMoment } from './one-moment/one-moment.ts';
import { stackName, World } from './support/world.ts';

/** In an account of its own: no other scenario has a slot there. */
describe('thirty databases that are scheduled at one moment, with sweeper and watch running', () => {
  let world: World;
  beforeAll(async () => {
    world = await World.start(oneMomentYaml(stackName));
  });
  afterAll(() => world?.stop());

  test('lose no lock and no slot, are drilled once each, and leave nothing', async () => {
    const { figures, wrong } = await oneMoment(world, 1);

    process.stderr.write(`${figures.map(([name, value]) => `  ${name}: ${value}`).join('\n')}\n`);
    expect(wrong).toEqual([]);
  }, 2_400_000);
});
