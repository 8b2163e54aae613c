import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { readConfig } from '../../adapters/files/config-file.ts';
import { type DrillConfig, notifyOf } from '../../domain/config/index.ts';
import { DrillError } from '../../domain/findings/errors.ts';
import { reportFiles } from '../../domain/record/report/report-files.ts';
import { NotDelivered } from '../../ports/not-delivered.ts';
import type { NotifyTarget } from '../../ports/notifier.ts';
import { localNotifyTargets } from '../../runtimes/local/notify-targets.ts';
import { type Diagnosis, ok, printDiagnoses, problem } from '../doctor/diagnosis.ts';

interface NotifyOptions {
  config?: string;
}

/**
 * `restore-drill notify test`: sends a test to everyone whom drills.yaml names for a database, or for all of them. Gives
 * back 0 when each was taken, else 2.
 */
export async function notifyTest(database: string | undefined, options: NotifyOptions): Promise<number> {
  const file = configFileOf(options);
  const config = await readConfig(file);
  const databases = askedDatabases(config, database, file);
  const targets = localNotifyTargets({
    notifyOf: (name) => notifyOf(config, name),
    baseFolder: dirname(resolve(file)),
    reportPathOf: (drillId) => join(drillId, reportFiles.html),
    signal: new AbortController().signal,
  });
  const asked = databases.flatMap((name) =>
    targets
      .filter((target) => config.databases[name]?.notify[target.name] != null)
      .map((target) => ({ name, target })),
  );
  if (asked.length === 0)
    throw new DrillError('REQUEST_INVALID', `${file} names nobody to notify`, {
      hint: 'Give it a `notify`; docs/notifications.md shows how.',
    });
  return printDiagnoses(await Promise.all(asked.map(({ name, target }) => tried(target, name))));
}

function configFileOf({ config }: NotifyOptions): string {
  if (config !== undefined) return config;
  if (existsSync('drills.yaml')) return 'drills.yaml';
  throw new DrillError('REQUEST_INVALID', 'there is no drills.yaml here', {
    hint: 'Name your configuration with --config.',
  });
}

function askedDatabases({ databases }: DrillConfig, asked: string | undefined, file: string): string[] {
  if (asked === undefined) return Object.keys(databases);
  if (Object.hasOwn(databases, asked)) return [asked];
  throw new DrillError('REQUEST_INVALID', `there is no database "${asked}" in ${file}`, {
    hint: `It has ${Object.keys(databases).join(', ')}.`,
  });
}

async function tried(target: NotifyTarget, database: string): Promise<Diagnosis> {
  const what = `${target.name} of ${database}`;
  try {
    return ok(what, await target.test(database));
  } catch (error) {
    if (error instanceof NotDelivered) return problem(what, error.message);
    throw error;
  }
}
