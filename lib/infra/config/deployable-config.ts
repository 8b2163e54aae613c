import { readFileSync } from 'node:fs';
import { Token } from 'aws-cdk-lib';
import { type DrillConfig, formatProblem, parseConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { assertDeployable } from './deployability.ts';

/** How problems of a configuration are told that was given as an object: it has keys and no lines. */
const asObject = 'drills';

/**
 * Reads drills.yaml for a deployment. Nothing stands in for a missing file: a stack that drills somebody's example
 * would be worse than none.
 *
 * @param drills path of drills.yaml, or what would stand in it
 * @param sandboxImage URI of a ready image of the restore task with servers; null: one is built
 * @throws DrillError CONFIG_INVALID with every problem, one per line
 */
export function readDeployableConfig(
  drills: string | object,
  sandboxImage: string | null = null,
): DrillConfig {
  const shown = typeof drills === 'string' ? drills : asObject;
  const parsed = parseConfig(typeof drills === 'string' ? textOf(drills) : textOfObject(drills));
  if ('problems' in parsed) {
    const problems = parsed.problems.map((problem) =>
      typeof drills === 'string'
        ? formatProblem(shown, problem)
        : withoutPlace(formatProblem(shown, problem)),
    );
    throw new DrillError('CONFIG_INVALID', problems.join('\n'), {
      hint: `Correct the ${typeof drills === 'string' ? 'lines' : 'keys'} named; docs/configuration.md lists every key.`,
    });
  }
  assertDeployable(parsed.config, shown, sandboxImage);
  return parsed.config;
}

/** Lines and columns are those of a text that nobody wrote. */
const withoutPlace = (problem: string): string => problem.replace(/^drills:\d+:\d+ /, 'drills ');

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new DrillError('CONFIG_INVALID', `${path} cannot be read`, {
      hint: 'Name your file with `-c config=PATH` (`drills` of the construct), or let `restore-drill init` write one; examples/drills.yaml shows all of it.',
      cause: error,
    });
  }
}

/** JSON is YAML. @throws DrillError CONFIG_INVALID for what is known at deployment only */
function textOfObject(drills: object): string {
  const unresolved = pathsOfTokens(drills, []);
  if (unresolved.length === 0) return JSON.stringify(drills, null, 2);
  throw new DrillError(
    'CONFIG_INVALID',
    unresolved.map((path) => `${asObject} ${path}: this value is known at deployment only`).join('\n'),
    {
      hint: 'The configuration lies beside the code of each function, so it takes names as they are: give the name itself, as a text.',
    },
  );
}

function pathsOfTokens(value: unknown, path: string[]): string[] {
  if (Token.isUnresolved(value)) return [path.join('.')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => pathsOfTokens(one, [...path, key]));
}
