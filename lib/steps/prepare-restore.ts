import { evidenceNames, type StepWith } from './step.ts';

/** Writes down what the restore task needs: it is started with two pointers only (8,192 characters of overrides). */
export const prepareRestoreStep: StepWith<'evidence' | 'placeRestore'> = async (state, ports) => {
  const prepared = {
    ...state,
    stage: 'restore prepared' as const,
    restoreTask: ports.placeRestore(state.dump?.sizeBytes ?? 0),
    restored: null,
    checks: [],
  };
  await ports.evidence.putJson(state.drillId, evidenceNames.restoreRequest(state.attempt), prepared);
  return prepared;
};
