import { afterAll, beforeAll } from 'vitest';
import { consoleInputScenarios } from './scenarios/console-input.ts';
import { deploymentScenarios } from './scenarios/deployments.ts';
import { drillScenarios } from './scenarios/drills.ts';
import { guardScenarios } from './scenarios/guards.ts';
import { imageScenarios } from './scenarios/image.ts';
import { interruptionScenarios } from './scenarios/interruptions.ts';
import { moodScenarios } from './scenarios/moods.ts';
import { recordingScenario } from './scenarios/recording.ts';
import { refusalScenarios } from './scenarios/refusals.ts';
import { restoreScenarios } from './scenarios/restores.ts';
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
restoreScenarios(world);
guardScenarios(world);
moodScenarios(world);
imageScenarios(world);
deploymentScenarios(world);
recordingScenario(world);
