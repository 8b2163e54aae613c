import { hookContainerNames } from '../contract/names.ts';
import { type CheckResult, hookKind, type PlannedCheck } from '../domain/checks/asking/check.ts';
import type { StoredCheckResult } from '../domain/checks/check-evidence.ts';
import type { DrillState } from '../domain/drill/drill-state.ts';
import { type Finding, finding } from '../domain/findings/findings.ts';
import { neverStarted, readTaskOutcome, type TaskOutcome } from '../domain/sandbox/rds/task-outcome.ts';
import type { HookRun } from '../domain/sandbox/rds/tasks.ts';
import { inWords } from '../domain/time/spans.ts';

/** What a check came to, or null when nothing came back of it. */
export interface Judged {
  check: PlannedCheck;
  stored: StoredCheckResult | null;
}

/**
 * The user's containers as checks of kind `hook`: passed only by exit code 0, which ECS must have told. What was to run
 * and left no outcome has no result, so that it counts as not run. `now` stands in for an end that ECS did not tell.
 */
export function judgedHooks(state: DrillState, now: string): Judged[] {
  const { restored, hookOutcomes } = state;
  if (restored === null) return [];
  const { runs, outcomes } = restored.within?.hooks ?? { runs: restored.hooks, outcomes: hookOutcomes };
  return [
    ...judgedHook('migration hook', runs.migrate, outcomes?.migrate, now),
    ...judgedHook('smoke test', runs.smokeTest, outcomes?.smokeTest, now),
  ];
}

function judgedHook(name: string, run: HookRun | null, outcome: unknown, now: string): Judged[] {
  if (run === null) return [];
  const database = run.environment.find(({ Name }) => Name === 'PGDATABASE')?.Value ?? '';
  const check: PlannedCheck = {
    id: `hook: ${name}`,
    kind: hookKind,
    name,
    database,
    statementTimeoutSeconds: run.timeoutSeconds,
    params: {},
  };
  if (outcome === undefined || outcome === null) return [{ check, stored: null }];
  const task = taskOf(outcome);
  const { status, findings } = statusOf(name, run, outcome, task);
  const result: CheckResult = {
    ...{ id: check.id, name, kind: hookKind, status, findings, measured: {} },
    durationMs: durationOf(task),
    expected: 'exit code 0',
    actual: typeof task?.exitCode === 'number' ? `exit code ${task.exitCode}` : 'no exit code',
    scope: `${database}: the container of the ${name}`,
  };
  return [{ check, stored: { result, endedAt: task?.stoppedAt ?? now } }];
}

/** A Catch leaves `Error` and `Cause`, where Cause is the task as a text; success leaves the task itself. */
function taskOf(outcome: unknown): TaskOutcome | null {
  const document = isCaught(outcome) ? outcome.Cause : outcome;
  return readTaskOutcome(document, hookContainerNames.hook);
}

const isCaught = (outcome: unknown): outcome is { Error: string; Cause: string } =>
  typeof outcome === 'object' && outcome !== null && 'Error' in outcome && 'Cause' in outcome;

function statusOf(
  name: string,
  run: HookRun,
  outcome: unknown,
  task: TaskOutcome | null,
): { status: CheckResult['status']; findings: Finding[] } {
  if (task?.exitCode === 0 && !isCaught(outcome)) return { status: 'passed', findings: [] };
  if (isCaught(outcome) && outcome.Error === 'States.Timeout') {
    return couldNotRun(`the ${name} did not end within ${inWords(run.timeoutSeconds)}`);
  }
  if (task === null) {
    const said = isCaught(outcome) ? `${outcome.Error}: ${outcome.Cause.slice(0, 500)}` : 'nothing';
    return couldNotRun(`the ${name} could not be started; ECS says ${said}`);
  }
  if (neverStarted(task)) return couldNotRun(`the ${name} was not started: ${task.reason}`);
  if (task.exitCode === null || task.exitCode === 0)
    return couldNotRun(`the ${name} ended without telling how: ${task.reason}`);
  return {
    status: 'failed',
    findings: [finding('HOOK_FAILED', `the ${name} ended with exit code ${task.exitCode}: ${task.reason}`)],
  };
}

function couldNotRun(message: string): { status: CheckResult['status']; findings: Finding[] } {
  return { status: 'could not run', findings: [finding('HOOK_COULD_NOT_RUN', message)] };
}

function durationOf(task: TaskOutcome | null): number {
  if (task === null || task.startedAt === null || task.stoppedAt === null) return 0;
  return Math.max(0, Date.parse(task.stoppedAt) - Date.parse(task.startedAt));
}
