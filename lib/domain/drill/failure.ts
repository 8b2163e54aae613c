import { type Finding, type FindingCode, finding, findingRegistry } from '../findings/findings.ts';
import { taskFailure } from '../sandbox/rds/task-failure.ts';

const causeLimit = 1000;

/**
 * Turns what a Catch wrote (`Error`, `Cause`) into a finding. Our own errors are named by their finding code; Lambda
 * wraps their message into JSON (`errorMessage`). What Step Functions says of a task can only be about the
 * restore: hooks and long checks keep theirs elsewhere. Anything else is named by Step Functions or Node.
 */
export function failureFinding(failure: { Error: string; Cause: string }): Finding {
  const message = messageOf(failure.Cause).slice(0, causeLimit);
  if (Object.hasOwn(findingRegistry, failure.Error))
    return thatEnded(finding(failure.Error as FindingCode, message));
  const task = taskFailure({ error: failure.Error, cause: failure.Cause, message });
  if (task !== null) return task;
  if (failure.Error === 'States.Timeout')
    return finding('STEP_TIMED_OUT', message === '' ? 'a step ran into its time limit' : message);
  return finding('INTERNAL_ERROR', `${failure.Error}: ${message}`);
}

/** What ended a step left something undone, so it is never a mere note: else LEDGER_UNREADABLE could pass for proven. */
const thatEnded = (told: Finding): Finding =>
  told.severity === 'error' || told.severity === 'unverified' ? told : { ...told, severity: 'unverified' };

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
