import type { At } from '../domain/drill/known-at.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { plannedHooks } from './hook-runs.ts';
import { writeRestoreRequest } from './restore-request.ts';
import { defineStep } from './step-definition.ts';

/** Writes down what the restore task needs: it is started with two pointers only (8,192 characters of overrides). */
export const prepareRestoreStep = defineStep({
  phase: { untimed: 'it only writes down what the restore, which is timed by the task, shall do' },
  from: ['sandbox ready', 'sandbox at hand'],
  to: ['restore prepared'],
  run: async (state, ports: Pick<DrillPorts, 'evidence' | 'placeRestore' | 'hookTask' | 'configuration'>) => {
    const databaseConfig = ports.configuration.database(state.database);
    const prepared: At<'restore prepared'> = {
      ...state,
      stage: 'restore prepared',
      restoreTask: ports.placeRestore?.(state.dump.sizeBytes) ?? null,
      restored: null,
      checks: [],
      longChecks: [],
      hooks: plannedHooks(state, databaseConfig, ports),
    };
    await writeRestoreRequest({ state: prepared, databaseConfig }, ports);
    return prepared;
  },
});
