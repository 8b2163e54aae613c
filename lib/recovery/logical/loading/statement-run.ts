import { DrillError } from '../../../domain/findings/errors.ts';
import { finding } from '../../../domain/findings/findings.ts';
import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import { KnownNames } from '../../../domain/server-errors/known-names.ts';
import { tellServerError } from '../../../domain/server-errors/tell-server-error.ts';
import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import { attemptedAct } from '../tampering/attempted-act.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { Session } from './connection.ts';
import { classify, type FailedStatement, findingOf, readingOf } from './failure-class.ts';
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

export const diskFull = (): DrillError =>
  new DrillError('SANDBOX_DISK_FULL', 'the server of the sandbox ran out of disk', {
    fault: 'service',
  });

/** The outcome of a failed statement, told as a finding too. @throws DrillError SANDBOX_DISK_FULL, ENTRY_TIMED_OUT */
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
  const ofStatement = [
    ...(plan?.roles ?? []),
    ...missingRoles,
    extension,
    ...(plan?.locks ?? []).flatMap(({ schema, name }) => [schema, name]),
  ];
  const name = entry.schema === null ? entry.name : `${entry.schema}.${entry.name}`;
  const label = `${entry.type.toLowerCase()} ${name}`;
  if (error.limitSeconds !== null) {
    const message = context.book.findTimedOut(label, error.limitSeconds);
    return { status: 'failed', failure, sqlState: error.sqlState, message };
  }
  const names = new KnownNames(ofStatement, context.book.names);
  const message = tellServerError(error, names, readingOf(error, plan, entry));
  const outcome: EntryOutcome = { status: 'failed', failure, sqlState: error.sqlState, message };
  const act = attemptedAct(error);
  if (act !== null) {
    context.book.find(
      finding('DUMP_TRIED_TO_ACT', `${label}: code of the dump tried to ${act}, and the server refused it`),
    );
    return outcome;
  }
  const code =
    plan?.kind === 'owner' && failure !== 'missing role' ? 'OWNER_NOT_RESTORED' : findingOf[failure];
  context.book.find(finding(code, `${label}: ${message} (SQLSTATE ${error.sqlState}${placeOf(entry)})`));
  return outcome;
}

/** Where a plain dump has what failed; nothing for archives, which have no lines. */
const placeOf = ({ statements: [first] }: DumpEntry): string =>
  first === undefined || first.line === null ? '' : `, line ${first.line} of the dump`;
