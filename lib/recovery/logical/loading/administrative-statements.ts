import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { ServerError } from './server-error.ts';
import { type SessionSettings, statementBytes } from './session-settings.ts';
import type { Decided } from './statement-decision.ts';
import { failedOutcome, runStatements } from './statement-run.ts';

/** Runs a statement about roles or databases on the administrative session. @throws DrillError, AttemptSpoiled */
export async function runAdministrative(
  context: AttemptContext,
  entry: DumpEntry,
  open: OpenEntry,
  { plan, rule, statements }: Decided,
): Promise<void> {
  const startedAt = performance.now();
  context.clock.touch('pre-data');
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  // A statement that creates a role names it too: that is not a role to be created for it.
  const missingRoles = plan.kind === 'role' ? [] : await context.roles.ensure(plan.roles);
  try {
    await runStatements(await context.admin(), statements, entry.name);
    context.roles.invalidate();
    open.end(rule === null ? { status: 'restored' } : { status: 'restored with changes', rule }, seconds());
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    open.end(await failedOutcome(context, { entry, plan, error, missingRoles, session: null }), seconds());
  }
}

/**
 * A SET before any database is open: proven on the administrative session without effect, then kept for the sessions to come.
 * @throws AttemptSpoiled, ConnectionLost
 */
export async function proveSetting(
  context: AttemptContext,
  settings: SessionSettings,
  entry: DumpEntry,
  open: OpenEntry,
  { plan, rule, statements }: Decided,
): Promise<void> {
  open.begin();
  const admin = await context.admin();
  try {
    for (const statement of statements) {
      await admin.text('BEGIN');
      await admin.run(statementBytes(statement));
      await admin.text('ROLLBACK');
      if (plan.setting !== undefined) settings.record(plan.setting.name, statement);
    }
    open.end(rule === null ? { status: 'restored' } : { status: 'restored with changes', rule }, 0);
  } catch (error) {
    if (!(error instanceof ServerError)) throw error;
    await admin.text('ROLLBACK');
    open.end(await failedOutcome(context, { entry, plan, error, session: null }), 0);
  }
}
