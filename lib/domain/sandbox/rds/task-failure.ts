import { type Finding, finding } from '../../findings/findings.ts';
import { neverStarted, readTaskOutcome } from './task-outcome.ts';

const longestReason = 1000;

/** Container of the restore task; the name is fixed in lib/contract/names.ts, which the domain may not see. */
const restoreContainer = 'restore';

/**
 * What a Catch wrote of the restore task that was never started, or that died without a word
 * (docs/facts.md#what-is-left-of-a-task); null: it is not about a task. `message` stands in for the cause of a task that could not even be described.
 */
export function taskFailure(caught: { error: string; cause: string; message: string }): Finding | null {
  const { error, cause, message } = caught;
  if (error === 'States.HeartbeatTimeout')
    return finding('RESTORE_TASK_LOST', 'the restore task sent no heartbeat for 5 minutes');
  const outcome = readTaskOutcome(cause, restoreContainer);
  // AmazonECS.Unknown and ECS.…Exception: RunTask itself was refused, so nothing ran.
  if (error.startsWith('AmazonECS.') || error.startsWith('ECS.')) {
    const reason = outcome?.reason ?? message;
    return finding(
      'RESTORE_TASK_NOT_STARTED',
      `the restore task could not be started: ${reason.slice(0, longestReason)}`,
    );
  }
  if (outcome === null) return null;
  const reason = outcome.reason.slice(0, longestReason);
  if (neverStarted(outcome))
    return finding('RESTORE_TASK_NOT_STARTED', `the restore task never ran: ${reason}`);
  const exit = outcome.exitCode === null ? 'without an exit code' : `with exit code ${outcome.exitCode}`;
  return finding('RESTORE_TASK_LOST', `the restore task ended ${exit}: ${reason}`);
}
