import type { DrillPorts } from '../../../ports/drill-ports.ts';
import { readEnvironment } from '../environment.ts';

/** Task definitions of the databases' hooks, as the stack made them. */
export function hookPort(): DrillPorts['hookTask'] {
  const { hookTasks } = readEnvironment(['hookTasks']);
  return (database, hook) =>
    Object.hasOwn(hookTasks, database) ? (hookTasks[database]?.[hook] ?? null) : null;
}
