import { DrillError } from '../../../domain/findings/errors.ts';
import { type Finding, finding } from '../../../domain/findings/findings.ts';
import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import { inWords } from '../../../domain/verdict/objectives.ts';
import type { DumpEntry, Statement } from '../dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { Session } from './connection.ts';
import { classify, type FailedStatement, findingOf } from './failure-class.ts';
import { safeServerMessage } from './safe-message.ts';
import { ConnectionLost, type ServerError } from './server-error.ts';
import { statementBytes } from './session-settings.ts';

/** Runs the statements the policy allowed. @param bytesToRead see EntryLimit @throws ServerError, AttemptSpoiled */
export async function runStatements(
  session: Session,
  statements: readonly Statement[],
  label: string,
  bytesToRead = 0,
): Promise<void> {
  for (const statement of statements) {
    try {
      await session.run(statementBytes(statement), bytesToRead);
    } catch (error) {
      if (error instanceof ConnectionLost) throw new AttemptSpoiled(label, error);
      throw error;
    }
    // The policy allows no transaction control; a statement that still left one open must not swallow what follows.
    if (session.transactionStatus !== 'I') await session.text('ROLLBACK');
  }
}

/** @param what was ended, e.g. `constraint public.t c` */
export const outOfTimeFinding = (what: string, limitSeconds: number): Finding =>
  finding('ENTRY_TIMED_OUT', `${what} made no progress for ${inWords(limitSeconds)} and was ended`);

export const diskFull = (): DrillError =>
  new DrillError('SANDBOX_DISK_FULL', 'the server of the sandbox ran out of disk', {
    hint: 'Free disk space, or give the sandbox more storage.',
    fault: 'service',
  });

/** The outcome of a failed statement, told as a finding too. @throws DrillError SANDBOX_DISK_FULL */
export function failedOutcome(
  context: AttemptContext,
  entry: DumpEntry,
  plan: StatementPlan | null,
  error: ServerError,
  missingRoles: readonly string[],
): EntryOutcome {
  const extension = plan?.extension ?? null;
  const failed: FailedStatement = {
    plan,
    missingRoles,
    missingExtension:
      extension !== null && !context.facts.availableExtensions.has(extension) ? extension : null,
  };
  const failure = classify(error, failed);
  if (failure === 'out of disk') throw diskFull();
  const known = [
    entry.schema,
    entry.name,
    ...entry.name.split(' '),
    entry.owner,
    ...(plan?.roles ?? []),
    ...missingRoles,
    extension,
    ...(plan?.locks ?? []).flatMap(({ schema, name }) => [schema, name]),
  ];
  const name = entry.schema === null ? entry.name : `${entry.schema}.${entry.name}`;
  if (error.limitSeconds !== null) {
    const found = outOfTimeFinding(`${entry.type.toLowerCase()} ${name}`, error.limitSeconds);
    context.book.find(found);
    return { status: 'failed', failure, sqlState: error.sqlState, message: found.message };
  }
  const message = safeServerMessage(error, known);
  const outcome: EntryOutcome = { status: 'failed', failure, sqlState: error.sqlState, message };
  const code =
    plan?.kind === 'owner' && failure !== 'missing role' ? 'OWNER_NOT_RESTORED' : findingOf[failure];
  context.book.find(
    finding(code, `${entry.type.toLowerCase()} ${name}: ${message} (SQLSTATE ${error.sqlState})`),
  );
  return outcome;
}
