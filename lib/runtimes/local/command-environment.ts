/** The environment of the commands of a source, on this machine. */
import { readLocalLine } from '../../adapters/secrets/local-secret.ts';
import type { DumpOpening } from '../../domain/backup/dump-opening.ts';
import type { SourceConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { placeOf } from './dump-keys.ts';

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
    const place = placeOf(one.variable, one.file, baseFolder);
    if (place === null)
      throw new DrillError(
        'CONFIG_INVALID',
        `source.physical.commands.environment.${name} names no place of this machine`,
        {
          hint: 'Give `env` or `file` beside `parameter` or `secret`.',
        },
      );
    const value = await readLocalLine(place, { what: `value for ${name}`, missing: 'DECRYPTION_FAILED' });
    variables[name] = value;
    secrets.push(value);
  }
  return { variables, secrets };
}
