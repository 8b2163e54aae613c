import type { DrillState } from '../domain/drill/drill-state.ts';
import { plannedHooks } from './hook-runs.ts';
import { writeRestoreRequest } from './restore-request.ts';
import type { StepWith } from './step.ts';

/** Writes down what the restore task needs: it is started with two pointers only (8,192 characters of overrides). */
export const prepareRestoreStep: StepWith<
  'evidence' | 'placeRestore' | 'hookTask' | 'configuration'
> = async (state, ports) => {
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
};
