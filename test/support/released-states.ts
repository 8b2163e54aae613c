import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = 'test/domain/drill/released-states';

/**
 * Documents of the state machine as released versions left them, recorded from a run of each: a folder for each shape,
 * a file for each stage. They are never changed; a new shape gets a new folder.
 */
export interface ReleasedState {
  /** e.g. `unversioned/awaiting-approval`. */
  name: string;
  shape: string;
  stage: string;
  document: Record<string, unknown>;
}

/** Every one of them. */
export const releasedStates: ReleasedState[] = readdirSync(folder).flatMap((shape) =>
  readdirSync(join(folder, shape)).map((file) => {
    const document = JSON.parse(readFileSync(join(folder, shape, file), 'utf8')) as Record<string, unknown>;
    const stage = basename(file, '.json');
    return { name: `${shape}/${stage}`, shape, stage: stage.replaceAll('-', ' '), document };
  }),
);

/** Those at a stage, one for each shape that came so far. */
export const releasedAt = (stage: string): ReleasedState[] =>
  releasedStates.filter((released) => released.stage === stage);
