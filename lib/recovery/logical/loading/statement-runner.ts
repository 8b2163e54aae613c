import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { Session } from './connection.ts';
import { type DatabaseLoad, objectLabel } from './database-load.ts';
import { buildSettings } from './index-build.ts';
import { isLockTrouble, ServerError } from './server-error.ts';
import { maintenanceMemoryMebibytes, type SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';
import type { BatchedStatement } from './statement-batch.ts';
import type { Decided } from './statement-decision.ts';
import { failedOutcome, runStatements } from './statement-run.ts';
import type { StatementWork } from './statement-work.ts';
import { RetryAlone } from './task-graph.ts';

/** The outcome of a statement that ran without an error. */
export const restoredBy = ({ rule }: Decided): EntryOutcome =>
  rule === null ? { status: 'restored' } : { status: 'restored with changes', rule };

/** Runs one decided statement on a session and keeps in the books what came of it. */
export class StatementRunner {
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #work: StatementWork;
  readonly #mostMebibytes: number;

  constructor(context: AttemptContext, load: DatabaseLoad, work: StatementWork) {
    this.#context = context;
    this.#load = load;
    this.#work = work;
    this.#mostMebibytes = maintenanceMemoryMebibytes(context.facts, context.options.connections);
  }

  /** @param alone nothing else is running @throws what ended the restore, RetryAlone */
  async run(
    slot: Slot,
    { entry, open, decision }: { entry: DumpEntry; open: OpenEntry; decision: Decided },
    settings: SettingsSnapshot,
    alone: boolean,
    idleSessions = 0,
  ): Promise<void> {
    const context = this.#context;
    const load = this.#load;
    const { plan } = decision;
    if (load.stopped) return open.leave();
    const startedAt = performance.now();
    const label = objectLabel(entry);
    context.progress(label);
    this.touchPhase(entry);
    const missingRoles = plan.roles.length === 0 ? [] : await context.roles.ensure(plan.roles);
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    let session: Session | null = null;
    try {
      session = await slot.get();
      await session.apply(settings);
      const build = buildSettings(
        decision,
        this.#work.largestTable(decision),
        this.#mostMebibytes,
        idleSessions,
      );
      if (build !== null) await session.useForBuild(build);
      if (plan.owner !== undefined && missingRoles.length === 0)
        await load.grants.lend(session, plan.owner.role, plan.owner.schema);
      await runStatements(session, decision.statements, label, this.#work.bytesReadBy(decision)).catch(
        (error) => this.#asAdministrator(decision, error),
      );
      if (plan.setting !== undefined)
        for (const statement of decision.statements) load.settings.record(plan.setting.name, statement);
      open.end(restoredBy(decision), seconds());
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      if (isLockTrouble(error) && !alone) throw new RetryAlone();
      open.end(await failedOutcome(context, { entry, plan, error, missingRoles, session }), seconds());
    } finally {
      this.touchPhase(entry);
    }
  }

  /**
   * Accounts for one that ran out of time among others: code that never ends would not end by itself either.
   * @returns false for every other error, which it meets again by itself
   */
  async ranOutOfTime(
    { entry, open, decision }: Pick<BatchedStatement, 'entry' | 'open' | 'decision'>,
    error: ServerError,
    session: Session,
  ): Promise<boolean> {
    if (error.limitSeconds === null) return false;
    const work = { entry, plan: decision.plan, error, session };
    open.end(await failedOutcome(this.#context, work), error.limitSeconds);
    return true;
  }

  /** The time that passes now is the entry's phase's. */
  touchPhase({ section }: DumpEntry): void {
    const phase =
      section === 'pre-data' || (section === null && !this.#load.parallel) ? 'pre-data' : 'post-data';
    this.#context.clock.touch(phase);
  }

  /** A refused CREATE EXTENSION gets a second chance where the sandbox can do what the RDS master could. */
  async #asAdministrator({ plan, statements }: Decided, error: unknown): Promise<void> {
    const [statement] = statements;
    const refused =
      error instanceof ServerError && error.sqlState === '42501' && plan.extension !== undefined;
    if (
      !refused ||
      statement === undefined ||
      !(await this.#context.installExtension(this.#load.name, statement.sql))
    )
      throw error;
  }
}
