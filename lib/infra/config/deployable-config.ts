import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { type DrillConfig, formatProblem, parseConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { assertDeployable } from './deployability.ts';

/**
 * Reads drills.yaml for a deployment. Nothing stands in for a missing file: a stack that drills somebody's example
 * would be worse than none.
 *
 * @param sandboxImage URI of a ready image of the restore task with servers; null: one is built
 * @throws DrillError CONFIG_INVALID with every problem, one per line
 */
export async function readDeployableConfig(
  path: string,
  sandboxImage: string | null = null,
): Promise<DrillConfig> {
  const shown = relative(process.cwd(), path) || path;
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new DrillError('CONFIG_INVALID', `${shown} cannot be read`, {
      hint: 'Name your file with `-c config=PATH`, or let `restore-drill init` write one; examples/drills.yaml shows all of it.',
      cause: error,
    });
  });
  const parsed = parseConfig(text);
  if ('problems' in parsed) {
    throw new DrillError(
      'CONFIG_INVALID',
      parsed.problems.map((problem) => formatProblem(shown, problem)).join('\n'),
      { hint: 'Correct the lines named; docs/configuration.md lists every key.' },
    );
  }
  assertDeployable(parsed.config, shown, sandboxImage);
  return parsed.config;
}
