import type { DrillConfig } from '../../domain/config/index.ts';

/** Whether a drill of this configuration may run a server inside its task. */
export const mayRunServers = ({ databases }: DrillConfig): boolean =>
  Object.values(databases).some(
    ({ source, sandbox, schedules }) =>
      source.physical !== null ||
      sandbox.kind === 'task' ||
      schedules.some((schedule) => schedule.sandbox === 'task'),
  );

/**
 * Whether a hook may run beside such a server: a request may ask for the task with any database, so those with a server and
 * those with hooks need not be the same.
 */
export const mayRunHooksBeside = (config: DrillConfig): boolean =>
  mayRunServers(config) &&
  Object.values(config.databases).some(({ hooks }) => hooks.migrate !== null || hooks.smokeTest !== null);
