import { readFile } from 'node:fs/promises';
import { type DrillConfig, formatProblem, parseConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { loadSelectReader } from '../../recovery/logical/dump/one-select.ts';

/** PostgreSQL's parser takes 50 ms to load; a configuration without SQL does not wait for it. */
const mayHoldSql = /\b(?:query|where|on)["']?\s*:/;

/**
 * Reads drills.yaml, its SQL with PostgreSQL's own parser.
 *
 * @throws DrillError CONFIG_INVALID with every problem in the message, one per line, as
 * `drills.yaml:12:7 databases.cleaning.objectives.rto: "4x" is not a duration – write e.g. 90m, 4h, 1d`
 */
export async function readConfig(path: string): Promise<DrillConfig> {
  const bytes = await readFile(path).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const missing = code === 'ENOENT';
    const reason = missing
      ? 'does not exist'
      : code === 'EISDIR'
        ? 'is a folder'
        : `could not be read (${code})`;
    throw new DrillError('CONFIG_INVALID', `${path} ${reason}`, {
      hint: missing
        ? 'Give its path with --config, or let `restore-drill init` propose one.'
        : 'Give the path of drills.yaml with --config.',
      cause: error,
      usage: true,
    });
  });
  const text = decode(bytes, path);
  const parsed = parseConfig(text, mayHoldSql.test(text) ? await loadSelectReader() : undefined);
  if ('config' in parsed) return parsed.config;
  const lines = parsed.problems.map((problem) => formatProblem(path, problem));
  const count = lines.length === 1 ? 'Correct the line named' : `Correct the ${lines.length} places named`;
  throw new DrillError('CONFIG_INVALID', lines.join('\n'), {
    hint: `${count}; docs/configuration.md lists every key.`,
    usage: true,
  });
}

function decode(bytes: Buffer, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw new DrillError('CONFIG_INVALID', `${path} is not UTF-8 text`, {
      hint: 'Save it as UTF-8, or check that it is the file you meant.',
      cause: error,
      usage: true,
    });
  }
}
