import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TreeOptions } from './image-tree.ts';
import { environmentOf, readRecipe, stageOf } from './recipe.ts';

/** The server of Debian itself in the release that the image is built on. */
const debianMajor = '17';

/** Build arguments for the image's servers: the recipe's own where PGDG answers, else Debian's one server. */
export async function serversAtHand(context: string): Promise<TreeOptions> {
  const recipe = stageOf(readRecipe(readFileSync(join(context, 'Dockerfile'), 'utf8')), 'sandbox');
  const { PGDG = '', MAJORS = '' } = environmentOf(recipe, 'ARG');
  const answers = await fetch(`${PGDG}/dists/trixie-pgdg/InRelease`, {
    method: 'HEAD',
    signal: AbortSignal.timeout(10_000),
  }).then(
    ({ ok }) => ok,
    () => false,
  );
  if (answers) return {};
  return {
    buildArguments: { PGDG: '', MAJORS: debianMajor },
    substitutions: [
      `RUN: PostgreSQL ${debianMajor} of Debian instead of ${MAJORS.split(' ').join(', ')} of PGDG, which does not answer here`,
    ],
  };
}
