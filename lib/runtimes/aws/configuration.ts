import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { configFileName } from '../../contract/names.ts';
import type { DatabaseConfig, DrillConfig } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import type { Configuration } from '../../ports/drill-ports.ts';
import { codeFolder } from './code-folder.ts';

let deployed: DrillConfig | null = null;

/**
 * drills.yaml as it was deployed: parsed at synth, where every mistake was told with its line, and laid beside the code
 * as JSON. It is ours on both sides, so it is trusted here. Read once per process.
 *
 * @throws DrillError CONFIG_INVALID when the file is not there
 */
export function deployedConfig(folder: string = codeFolder()): DrillConfig {
  deployed ??= readDeployed(join(folder, configFileName));
  return deployed;
}

/** The whole configuration, for the functions of the stack. */
export const deployedConfiguration: Configuration = {
  databases: () => Object.keys(deployedConfig().databases),
  database: (name) => databaseOf(deployedConfig().databases, name),
};

/** The configuration of one database only: what the restore task finds in its request. */
export function configurationOf(name: string, config: DatabaseConfig): Configuration {
  return { databases: () => [name], database: (asked) => databaseOf({ [name]: config }, asked) };
}

function databaseOf(databases: Record<string, DatabaseConfig>, name: string): DatabaseConfig {
  const config = Object.hasOwn(databases, name) ? databases[name] : undefined;
  if (config !== undefined) return config;
  throw new DrillError('CONFIG_INVALID', `there is no database "${name}" in the deployed drills.yaml`, {
    hint: 'Name one that drills.yaml configures, or add it and deploy again.',
  });
}

function readDeployed(path: string): DrillConfig {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as DrillConfig;
  } catch (error) {
    throw new DrillError('CONFIG_INVALID', `the deployed configuration ${path} cannot be read`, {
      hint: 'Deploy the stack again: it lays drills.json beside the code of each function.',
      fault: 'us',
      cause: error,
    });
  }
}
