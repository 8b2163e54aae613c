import type { RestoreAccount } from '../recovery/restore-account.ts';
import type { PlannedCheck } from './asking/check.ts';
import { sandboxName } from './asking/planning.ts';
import { checkKind } from './registry.ts';

/** A Lambda lives 15 minutes; a statement that may take longer than this leaves too little for the rest. */
const lambdaStatementSeconds = 600;
/** A full scan of this much may outlast a Lambda: 125 MiB/s, gp3's least, read 20 GiB in under 3 minutes; sorts take more. */
const lambdaScanBytes = 20 * 1024 ** 3;

/**
 * Whether a check must run in the restore task: it may outlast a Lambda, or needs a password that only the task may
 * read. Pure; on one machine both lanes are the same process.
 */
export function runsInTask(check: PlannedCheck, account: RestoreAccount): boolean {
  if (check.statementTimeoutSeconds > lambdaStatementSeconds) return true;
  const kind = checkKind(check.kind);
  if (kind.needsStoredPassword?.(kind.parseParams(check.params)) === true) return true;
  return kind.scans && bytesOf(account, check.database) > lambdaScanBytes;
}

function bytesOf(account: RestoreAccount, database: string): number {
  return account.tables
    .filter((table) => sandboxName(account, table.database) === database)
    .reduce((sum, { bytes }) => sum + bytes, 0);
}
