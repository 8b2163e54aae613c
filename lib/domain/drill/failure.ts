import { type Finding, type FindingCode, finding, findingRegistry } from '../findings/findings.ts';
import { neverStarted, readTaskOutcome } from '../sandbox/rds/task-outcome.ts';

const causeLimit = 1000;

/** Container of the restore task; the name is fixed in lib/contract/names.ts, which the domain may not see. */
const restoreContainer = 'restore';

/**
 * Turns what a Catch wrote (`Error`, `Cause`) into a finding. Our own errors are named by their finding code; Lambda
 * wraps their message into JSON (`errorMessage`). What Step Functions says of an ECS task can only be about the
 * restore: hooks and long checks keep theirs elsewhere. Anything else is named by Step Functions or Node.
 */
export function failureFinding(failure: { Error: string; Cause: string }): Finding {
  const message = messageOf(failure.Cause).slice(0, causeLimit);
  if (Object.hasOwn(findingRegistry, failure.Error))
    return thatEnded(finding(failure.Error as FindingCode, message));
  const task = taskFinding(failure);
  if (task !== null) return task;
  if (failure.Error === 'States.Timeout')
    return finding('STEP_TIMED_OUT', message === '' ? 'a step ran into its time limit' : message);
  return finding('INTERNAL_ERROR', `${failure.Error}: ${message}`);
}

/** What ended a step left something undone, so it is never a mere note: else LEDGER_UNREADABLE could pass for proven. */
const thatEnded = (told: Finding): Finding =>
  told.severity === 'error' || told.severity === 'unverified' ? told : { ...told, severity: 'unverified' };

/** A task that was never started, or that died without a word (docs/facts.md#what-is-left-of-a-task). */
function taskFinding({ Error: error, Cause: cause }: { Error: string; Cause: string }): Finding | null {
  if (error === 'States.HeartbeatTimeout')
    return finding('RESTORE_TASK_LOST', 'the restore task sent no heartbeat for 5 minutes');
  const outcome = readTaskOutcome(cause, restoreContainer);
  // AmazonECS.Unknown and ECS.…Exception: RunTask itself was refused, so nothing ran.
  if (error.startsWith('AmazonECS.') || error.startsWith('ECS.')) {
    const reason = outcome?.reason ?? messageOf(cause);
    return finding(
      'RESTORE_TASK_NOT_STARTED',
      `the restore task could not be started: ${reason.slice(0, causeLimit)}`,
    );
  }
  if (outcome === null) return null;
  const reason = outcome.reason.slice(0, causeLimit);
  if (neverStarted(outcome))
    return finding('RESTORE_TASK_NOT_STARTED', `the restore task never ran: ${reason}`);
  const exit = outcome.exitCode === null ? 'without an exit code' : `with exit code ${outcome.exitCode}`;
  return finding('RESTORE_TASK_LOST', `the restore task ended ${exit}: ${reason}`);
}

function messageOf(cause: string): string {
  try {
    const parsed: unknown = JSON.parse(cause);
    if (typeof parsed === 'object' && parsed !== null && 'errorMessage' in parsed)
      return String(parsed.errorMessage);
  } catch {
    // Not JSON: the local interpreter gives the plain message.
  }
  return cause;
}
