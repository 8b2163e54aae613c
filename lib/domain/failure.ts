import { type Finding, type FindingCode, finding, findingRegistry } from './findings.ts';

const causeLimit = 1000;

/**
 * Turns what a Catch wrote (`Error`, `Cause`) into a finding. Our own errors are named by their finding code; Lambda
 * wraps their message into JSON (`errorMessage`). Anything else is named by Step Functions or Node.
 */
export function failureFinding(failure: { Error: string; Cause: string }): Finding {
  const message = messageOf(failure.Cause).slice(0, causeLimit);
  if (failure.Error in findingRegistry) return finding(failure.Error as FindingCode, message);
  if (failure.Error === 'States.Timeout' || failure.Error === 'States.HeartbeatTimeout') {
    return finding('STEP_TIMED_OUT', message === '' ? 'a step ran into its time limit' : message);
  }
  return finding('INTERNAL_ERROR', `${failure.Error}: ${message}`);
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
