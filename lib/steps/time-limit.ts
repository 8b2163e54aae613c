import { DrillError } from '../domain/findings/errors.ts';

/** Does work that `limit` ends. @throws DrillError STEP_TIMED_OUT when it did, and what the work throws */
export async function withinLimit<T>(
  limit: AbortSignal,
  problem: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!limit.aborted) throw error;
    throw new DrillError('STEP_TIMED_OUT', problem, {
      hint: 'Raise `restore.timeout` in drills.yaml (and `sandbox.lease` with it) if the work is legitimate.',
      cause: error,
    });
  }
}
