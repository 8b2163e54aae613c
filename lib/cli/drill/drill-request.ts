import { userInfo } from 'node:os';
import type { LocalConfiguration } from '../../runtimes/local/local-configuration.ts';
import type { LocalEvents } from '../../runtimes/local/local-ports.ts';

/** The request as a person would type it into Start execution. */
export function requestInput(
  configuration: Pick<LocalConfiguration, 'chosen' | 'dumpKey'>,
  options: { at?: string | undefined },
): Record<string, string> {
  return {
    ...(configuration.chosen === undefined ? {} : { database: configuration.chosen }),
    ...(configuration.dumpKey === null ? {} : { dump: configuration.dumpKey }),
    ...(options.at === undefined ? {} : { at: options.at }),
  };
}

/** Who runs the command, for the record. */
export function operatorName(): string {
  try {
    return userInfo().username;
  } catch {
    // A numeric uid without an account, as in many containers.
    return process.env.USER ?? `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** For commands that show no progress. */
export const silentEvents: LocalEvents = {
  restoreProgress: () => {},
  sandboxProgress: () => {},
  ledgerDamage: () => {},
  mishap: () => {},
};
