import { awsErrorKind, awsErrorText } from '../../adapters/aws/aws-errors.ts';
import { DrillError, type Fault, isDrillError } from '../../domain/findings/errors.ts';
import type { FindingCode } from '../../domain/findings/findings.ts';
import { type FailedCalls, failedAction } from './failed-call.ts';

/**
 * What a person reads of an error of the SDK: its cause in their words, and what to do. What is no error of AWS is left
 * to be reported as unexpected. Our own errors pass as they are, but where an adapter named one of the SDK anew: its
 * hint is about the stack's own role, and here it is the operator who lacks something.
 *
 * @param failed the calls that failed, among which such an error is looked up
 */
export function accountError(error: unknown, failed: FailedCalls = []): unknown {
  if (!(error instanceof Error)) return error;
  if (isDrillError(error)) {
    const cause = error.cause instanceof Error ? error.cause : renamedCall(error, failed);
    return (cause === undefined ? null : operatorsMove(cause)) ?? error;
  }
  const told = operatorsMove(error);
  if (told !== null) return told;
  if (!('$metadata' in error)) return error;
  const text = `AWS refused ${failedAction(error) ?? 'a call'}: ${error.name}: ${firstLine(error.message)}`;
  const hint = 'Run `restore-drill doctor --aws` to see what of the deployment answers.';
  return named(error, text, hint, 'service', false);
}

/** Service that each of these errors is about, as IAM actions begin. */
const services: Partial<Record<FindingCode, string>> = {
  LEDGER_UNREADABLE: 'dynamodb:',
  LEDGER_UNWRITABLE: 'dynamodb:',
  EVIDENCE_UNWRITABLE: 's3:',
  SECRET_UNREADABLE: 'secretsmanager:',
};

/** The failed call behind an error whose adapter kept only the name of what AWS said. */
function renamedCall({ code, message }: DrillError, failed: FailedCalls): Error | undefined {
  const service = services[code];
  if (service === undefined) return undefined;
  return failed.findLast(
    (call) => message.includes(awsErrorText(call)) && failedAction(call)?.startsWith(service) === true,
  );
}

/** Errors that the operator, or waiting, can put right; null for any other. */
function operatorsMove(error: Error): DrillError | null {
  const { name, message } = error;
  if (/region is missing/i.test(message))
    return named(error, 'no AWS region is set', 'Give --region, or set AWS_REGION.');
  switch (awsErrorKind(error)) {
    case 'expired credentials': {
      const hint = 'Log in again (e.g. `aws sso login`), then repeat the command.';
      return named(error, `the AWS credentials have expired: ${firstLine(message)}`, hint);
    }
    case 'no credentials': {
      const hint = 'Log in (e.g. `aws sso login`), name a profile with --profile, or set AWS_PROFILE.';
      return named(error, `there are no AWS credentials: ${firstLine(message)}`, hint);
    }
    case 'refused credentials': {
      const hint =
        'Check AWS_PROFILE or --profile, the keys behind it, that the region is enabled, and the clock of this machine.';
      return named(error, `AWS refuses the credentials: ${firstLine(message)}`, hint);
    }
    case 'denied':
      return accessDenied(error);
    case 'throttled': {
      const text = `AWS throttles ${failedAction(error) ?? 'the calls of this account'} and did so for every attempt`;
      return named(error, text, 'Wait a minute and repeat the command.', 'service');
    }
    case 'unreachable': {
      const text = `AWS cannot be reached: ${firstLine(message === '' ? name : message)}`;
      return named(error, text, 'Check the network, the region, and AWS_ENDPOINT_URL.', 'service');
    }
    case 'not found':
    case 'unavailable':
    case 'other':
      return null;
  }
}

function accessDenied(error: Error): DrillError {
  const action = failedAction(error);
  const resource = / on resource: (\S+)/.exec(error.message)?.[1];
  const who = /User: (\S+) is not/.exec(error.message)?.[1];
  const what = action === null ? 'a call' : action;
  const where = resource === undefined ? '' : ` on ${resource}`;
  return named(
    error,
    `access denied: ${who ?? 'these credentials'} may not ${what}${where}`,
    action === null
      ? 'Ask for the missing right; `restore-drill doctor --aws` shows what is allowed.'
      : `Ask for the right ${action}; \`restore-drill doctor --aws\` shows what is allowed.`,
  );
}

/** CONFIG_INVALID: nothing of this reaches a record, and the exit code must be 2, not wrong usage. */
const named = (
  cause: Error,
  message: string,
  hint: string,
  fault: Fault = 'user',
  retryable = fault === 'service',
): DrillError => new DrillError('CONFIG_INVALID', message, { hint, cause, fault, retryable });

const firstLine = (text: string): string => text.split('\n')[0]?.trim() ?? '';
