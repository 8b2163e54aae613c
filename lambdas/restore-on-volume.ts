import { stateNames } from '../lib/machine/state-names.ts';
import { lambdaDoor } from '../lib/runtimes/aws/lambda-door.ts';
import { volumeTasksPort } from '../lib/runtimes/aws/ports/volume-tasks.ts';
import { restoreOnVolumeStep } from '../lib/steps/restore-on-volume.ts';

/** *Restore dump on a volume*: starts the restore task with a volume, and hands the task token on to it. */
export const handler = lambdaDoor(stateNames.restoreOnVolume, (payload) =>
  restoreOnVolumeStep(payload, { volumeTasks: volumeTasksPort() }),
);
