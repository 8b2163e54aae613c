import type { DrillState } from '../domain/drill/drill-state.ts';
import { saidBy } from '../domain/drill/failure.ts';
import type { At, Given } from '../domain/drill/known-at.ts';
import { volumesSince } from '../domain/drill/machine-edition.ts';
import { DrillError } from '../domain/findings/errors.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { taskFailure } from '../domain/sandbox/rds/task-failure.ts';
import { nextTaskSize, type RestoreTaskPlace } from '../domain/sandbox/rds/tasks.ts';
import type { DrillPorts, PlaceNeeds } from '../ports/drill-ports.ts';
import { plannedHooks } from './hook-runs.ts';
import { writeRestoreRequest } from './restore-request.ts';
import { defineStep } from './step-definition.ts';

/**
 * Writes down what the restore task needs: it is started with two pointers only (8,192 characters of overrides). A drill
 * that comes here again because no task started takes the next size.
 */
export const prepareRestoreStep = defineStep({
  phase: { untimed: 'it only writes down what the restore, which is timed by the task, shall do' },
  from: ['sandbox ready', 'sandbox at hand', 'restore prepared'],
  to: ['restore prepared'],
  run: async (
    state,
    ports: Pick<DrillPorts, 'evidence' | 'placeRestore' | 'hookTask' | 'configuration' | 'ledger'>,
  ) => {
    const databaseConfig = ports.configuration.database(state.database);
    const again = state.stage === 'restore prepared' ? anotherSize(state) : null;
    const { failure: _passed, ...rest } = state;
    const prepared: At<'restore prepared'> = {
      ...(again === null ? state : rest),
      stage: 'restore prepared',
      findings: [...state.findings, ...(again?.findings ?? [])],
      restoreTask: again === null ? placed(state, ports) : again.place,
      restored: null,
      checks: [],
      longChecks: [],
      hooks: plannedHooks(state, databaseConfig, ports),
    };
    // The checks of a server inside the task run there, and the task has no right on the ledger.
    const lastProven =
      state.plan.kind === 'task' ? { lastProven: await ports.ledger.lastProven(state.database) } : {};
    await writeRestoreRequest({ state: prepared, databaseConfig, ...lastProven }, ports);
    return prepared;
  },
});

/** @throws DrillError SANDBOX_UNAVAILABLE when the machine of this drill knows no volumes */
function placed(
  state: Given<'plan' | 'dump'>,
  { placeRestore }: Pick<DrillPorts, 'placeRestore'>,
): RestoreTaskPlace | null {
  const place = placeRestore?.(placeNeeds(state)) ?? null;
  if (place?.volume !== undefined && (state.machine ?? 1) < volumesSince) {
    const message = 'the drill began before the stack was deployed with volumes for tasks';
    throw new DrillError('SANDBOX_UNAVAILABLE', message, { hint: 'Start it again.', fault: 'service' });
  }
  return place;
}

/** A server inside the task needs disk; without one, the restore streams. */
function placeNeeds({ plan, dump }: Given<'plan' | 'dump'>): PlaceNeeds {
  const serverWithin = plan.kind === 'task' || plan.needs === 'directory and server';
  return { dumpBytes: dump.sizeBytes, serverBytes: serverWithin ? plan.storageBytes : null };
}

/** Null: there was no failure, or no other size is left. */
function anotherSize({
  restoreTask,
  failure,
}: DrillState): { place: RestoreTaskPlace; findings: Finding[] } | null {
  const place = restoreTask === null ? null : nextTaskSize(restoreTask);
  if (place === null || failure === undefined) return null;
  const { message } = saidBy(failure.Cause);
  const told = taskFailure({ error: failure.Error, cause: failure.Cause, message });
  const size = `${place.vcpu} vCPU and ${place.memoryGib} GiB`;
  const reason = told?.message ?? `${failure.Error}: ${message}`;
  return { place, findings: [finding('RESTORE_TASK_RESIZED', `${reason}; one of ${size} is tried`)] };
}
