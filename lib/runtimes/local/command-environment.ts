/** The environment of the commands of a source, on this machine. */
import { resolve } from 'node:path';
import type { DumpOpening } from '../../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { firstLine, readPlace } from './dump-keys.ts';

/**
 * @param baseFolder of drills.yaml, to which files of secrets are relative
 * @throws DrillError DECRYPTION_FAILED, CONFIG_INVALID where a secret is not there
 */
export async function readCommandEnvironment(
  source: SourceConfig,
  baseFolder: string,
): Promise<DumpOpening['environment']> {
  const commands = source.physical?.commands ?? null;
  if (commands === null) return undefined;
  const variables: Record<string, string> = {};
  const secrets: string[] = [];
  for (const [name, one] of Object.entries(commands.environment)) {
    if ('value' in one) {
      variables[name] = one.value;
      continue;
    }
    const what = `value for ${name}`;
    const place =
      one.env !== null
        ? ({ kind: 'variable', name: one.env } as const)
        : one.file !== null
          ? ({ kind: 'file', path: resolve(baseFolder, one.file) } as const)
          : null;
    if (place === null)
      throw new DrillError(
        'CONFIG_INVALID',
        `source.physical.commands.environment.${name} names no place of this machine`,
        {
          hint: 'Give `env` or `file` beside `parameter` or `secret`.',
        },
      );
    const read = (await readPlace(place, what)) ?? '';
    const value = place.kind === 'file' ? (firstLine(read, place.path, what) ?? '') : read;
    variables[name] = value;
    secrets.push(value);
  }
  return { variables, secrets };
}
