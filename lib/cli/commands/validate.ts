import { existsSync } from 'node:fs';
import { readConfig } from '../../adapters/files/config-file.ts';
import type { DrillConfig } from '../../domain/config/index.ts';
import { DrillError, isDrillError } from '../../domain/findings/errors.ts';
import { formatCountOf } from '../../domain/text/quantities.ts';
import { visibleLines } from '../../domain/text/visible-text.ts';
import { defaultConfigFile } from '../../runtimes/local/local-configuration.ts';
import { usageExitCode } from '../terminal/exit.ts';

/**
 * `restore-drill validate`: whether drills.yaml says what can be done, its SQL read by PostgreSQL's own parser. Prints each
 * problem with its line, as compilers do; 64 when there is one.
 */
export async function validate(given: string | undefined, options: { config?: string }): Promise<number> {
  const file = given ?? options.config ?? defaultConfigFile;
  if (given === undefined && options.config === undefined && !existsSync(file))
    throw new DrillError('REQUEST_INVALID', `there is no ${file} here`, {
      hint: 'Name one: `restore-drill validate FILE`; `restore-drill init --dump backup.sql.gz` proposes one.',
    });
  try {
    const config = await readConfig(file);
    process.stdout.write(visibleLines(`${file}: ${summary(config)}, nothing wrong\n`));
    return 0;
  } catch (error) {
    if (!isDrillError(error) || error.code !== 'CONFIG_INVALID') throw error;
    process.stdout.write(visibleLines(`${error.message}\n`));
    return usageExitCode;
  }
}

function summary({ databases }: DrillConfig): string {
  const all = Object.values(databases);
  const checks = all.reduce((sum, database) => sum + database.checks.length, 0);
  return `${formatCountOf(all.length, 'database')}, ${formatCountOf(checks, 'check')}`;
}
