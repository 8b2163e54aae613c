import type { DrillState } from '../domain/drill/drill-state.ts';
import type { DrillPorts } from '../ports/drill-ports.ts';
import { plannedHooks } from './hook-runs.ts';
import { writeRestoreRequest } from './restore-request.ts';
import { defineStep } from './step-definition.ts';

/** Writes down what the restore task needs: it is started with two pointers only (8,192 characters of overrides). */
export const prepareRestoreStep = defineStep({
  phase: { untimed: 'it only writes down what the restore, which is timed by the task, shall do' },
  run: async (state, ports: Pick<DrillPorts, 'evidence' | 'placeRestore' | 'hookTask' | 'configuration'>) => {
    const databaseConfig = ports.configuration.database(state.database);
    const prepared: DrillState = {
      ...state,
      stage: 'restore prepared',
      restoreTask: ports.placeRestore(state.dump?.sizeBytes ?? 0),
      restored: null,
      checks: [],
      longChecks: [],
      hooks: plannedHooks(state, databaseConfig, ports),
    };
    await writeRestoreRequest({ state: prepared, databaseConfig }, ports);
    return prepared;
  },
});
