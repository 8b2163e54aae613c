import type { DumpEntry, Statement } from '../dump/dump-stream.ts';
import type { Decision, StatementPlan } from '../policy/decision.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { DatabaseName } from './decisions.ts';

/** A statement that the policy allowed, as it said. */
export type Decided = Extract<Decision, { action: 'run' }>;

/** Statements whose text is data. A sequence's value is a row's too. */
const holdsRows: ReadonlySet<StatementPlan['kind']> = new Set(['insert', 'sequence value', 'large object']);

/** Asks the policy about one statement and keeps what it says in the books. @returns the decision when it is to run */
export function decide(
  context: AttemptContext,
  entry: DumpEntry,
  statement: Statement,
  open: OpenEntry,
  databaseName: DatabaseName,
): Decided | null {
  const { policy, decisions, book } = context;
  const decision = decisions.on(entry, statement, databaseName);
  if (decision.action === 'run') {
    for (const { sql } of decision.statements)
      for (const announcement of policy.announcementsIn(sql)) context.watch.announced.add(announcement);
    if (!holdsRows.has(decision.plan.kind)) book.names.learnFrom(statement.sql);
    return decision;
  }
  if (decision.action === 'skip') {
    open.merge({ status: 'skipped by policy', rule: decision.rule });
    if (decision.finding === null) return null;
    if (decision.leavesOut === undefined) book.find(decision.finding);
    else book.leaveOut({ ...decision.leavesOut, finding: decision.finding });
    return null;
  }
  open.merge({ status: 'failed', failure: 'refused', sqlState: null, message: decision.finding.message });
  book.find(decision.finding);
  return null;
}
