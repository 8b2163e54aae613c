import * as z from 'zod';
import { type Finding, type FindingCode, finding, findingRegistry } from '../findings/findings.ts';
import { taskFailure } from '../sandbox/rds/task-failure.ts';

const causeLimit = 1000;

/**
 * Turns what a Catch wrote (`Error`, `Cause`) into a finding. Our own errors are named by their finding code; Lambda
 * wraps their message into JSON (`errorMessage`). What Step Functions says of a task can only be about the
 * restore: hooks and long checks keep theirs elsewhere. Anything else is named by Step Functions or Node.
 */
export function failureFinding(failure: { Error: string; Cause: string }): Finding {
  const said = saidBy(failure.Cause);
  const message = said.message.slice(0, causeLimit);
  if (Object.hasOwn(findingRegistry, failure.Error))
    return thatEnded(finding(failure.Error as FindingCode, message, said.hint?.slice(0, causeLimit)));
  const task = taskFailure({ error: failure.Error, cause: failure.Cause, message });
  if (task !== null) return task;
  if (failure.Error === 'States.Timeout')
    return finding('STEP_TIMED_OUT', message === '' ? 'a step ran into its time limit' : message);
  return finding('INTERNAL_ERROR', `${failure.Error}: ${message}`);
}

/** What ended a step left something undone, so it is never a mere note: else LEDGER_UNREADABLE could pass for proven. */
const thatEnded = (told: Finding): Finding =>
  told.severity === 'error' || told.severity === 'unverified' ? told : { ...told, severity: 'unverified' };

/**
 * Message and hint of an error in a Cause. Our tasks and the local run write both; Lambda reports the lines of the stack,
 * among which ours has the hint (lib/runtimes/aws/reported-error.ts).
 */
const caughtError = z.looseObject({
  errorMessage: z.coerce.string(),
  hint: z.string().nullish(),
  trace: z.array(z.string()).optional().catch(undefined),
});
const hintLine = 'HINT: ';

/** What a Cause says: that of one of our doors is JSON, any other is taken as it is. */
export function saidBy(cause: string): { message: string; hint: string | undefined } {
  const parsed = caughtError.safeParse(parsedJson(cause));
  if (!parsed.success) return { message: cause, hint: undefined };
  const { errorMessage, hint, trace } = parsed.data;
  const traced = trace?.find((line) => line.startsWith(hintLine))?.slice(hintLine.length);
  return { message: errorMessage, hint: hint ?? traced };
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
