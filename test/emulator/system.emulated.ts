import { afterAll, beforeAll, describe } from 'vitest';
import { commandedScenarios } from './scenarios/commanded.ts';
import { consoleInputScenarios } from './scenarios/console-input.ts';
import { deploymentScenarios } from './scenarios/deployments.ts';
import { drillScenarios } from './scenarios/drills.ts';
import { exportScenarios } from './scenarios/exports.ts';
import { guardScenarios } from './scenarios/guards.ts';
import { imageScenarios } from './scenarios/image.ts';
import { interruptionScenarios } from './scenarios/interruptions.ts';
import { moodScenarios } from './scenarios/moods.ts';
import { notificationScenarios } from './scenarios/notifications.ts';
import { recordingScenario } from './scenarios/recording.ts';
import { refusalScenarios } from './scenarios/refusals.ts';
import { restoreScenarios } from './scenarios/restores.ts';
import { serversImageScenarios } from './scenarios/servers-image.ts';
import { insideScenarios } from './scenarios/servers-inside.ts';
import { volumeScenarios } from './scenarios/volumes.ts';
import { treeObstacle } from './support/image-tree.ts';
import { makeServersTree, type ServersTree } from './support/servers-tree.ts';
import { World } from './support/world.ts';

let running: World | undefined;

const world = (): World => {
  if (running === undefined) throw new Error('the emulated account is not there');
  return running;
};

// One account for all: the deployment is the slow part.
beforeAll(async () => {
  running = await World.start();
});
afterAll(async () => {
  await running?.stop();
});

drillScenarios(world);
consoleInputScenarios(world);
interruptionScenarios(world);
refusalScenarios(world);
notificationScenarios(world);
exportScenarios(world);
restoreScenarios(world);
guardScenarios(world);
moodScenarios(world);
imageScenarios(world);
const obstacle = treeObstacle();
if (obstacle !== null)
  process.stderr.write(`The image with servers is NOT carried out in this run: ${obstacle}.\n`);
describe.skipIf(obstacle !== null)('with servers inside the task', () => {
  let tree: ServersTree | undefined;
  const servers = (): ServersTree => {
    if (tree === undefined) throw new Error('the image with servers is not there');
    return tree;
  };
  beforeAll(async () => {
    tree = await makeServersTree();
  }, 900_000);
  afterAll(() => tree?.remove());

  serversImageScenarios(servers);
  insideScenarios(world, servers);
  volumeScenarios(world, servers);
  commandedScenarios(world, servers);
});
deploymentScenarios(world);
recordingScenario(world);
