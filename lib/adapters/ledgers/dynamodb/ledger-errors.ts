import { DrillError, isDrillError } from '../../../domain/findings/errors.ts';
import { awsErrorKind, awsErrorText, isAccessDenied, isTransientAwsError } from '../../aws/aws-errors.ts';

const hintFor = (error: unknown): string => {
  if (awsErrorKind(error) === 'not found')
    return 'The table is gone or the stack was not deployed: deploy it again, or restore the table from its point-in-time backup.';
  if (isAccessDenied(error))
    return 'Deploy the stack again: its role may use this table and its key; look for a policy of the organisation that denies it.';
  return 'Try again; see the health of DynamoDB in this region.';
};

/**
 * Gives an error of DynamoDB its name among ours. The error itself is not kept as the cause: a service may quote in its
 * message what it was sent, and approvals send a task token.
 */
export function ledgerError(
  code: 'LEDGER_UNWRITABLE' | 'LEDGER_UNREADABLE',
  tableName: string,
  error: unknown,
): DrillError {
  if (isDrillError(error)) return error;
  const what = code === 'LEDGER_UNWRITABLE' ? 'write to' : 'read';
  return new DrillError(code, `cannot ${what} the ledger table ${tableName} (${awsErrorText(error)})`, {
    hint: hintFor(error),
    fault: 'service',
    retryable: isTransientAwsError(error),
  });
}
