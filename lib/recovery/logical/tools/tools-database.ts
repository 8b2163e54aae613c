/** One database being loaded through psql. */
import type { EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry, RowsBegin, Statement } from '../dump-stream.ts';
import type { OpenEntry } from '../loading/account-book.ts';
import { announcedObject } from '../loading/announced-objects.ts';
import type { AttemptContext } from '../loading/attempt-context.ts';
import { Session } from '../loading/connection.ts';
import { CreateGrants } from '../loading/create-grants.ts';
import { DatabaseLoad, objectLabel } from '../loading/database-load.ts';
import type { DatabaseName, decide } from '../loading/entry-runner.ts';
import type { DatabaseRequest } from '../loading/restore-policy.ts';
import { ServerError } from '../loading/server-error.ts';
import { fastLoadSettings, type SessionSettings, statementBytes } from '../loading/session-settings.ts';
import { failedOutcome } from '../loading/statement-run.ts';
import type { StatementPlan } from '../policy/decision.ts';
import { answeredWith } from './psql-error.ts';
import type { PsqlLauncher } from './psql-launcher.ts';
import type { PsqlSession } from './psql-session.ts';
import { TableRows } from './table-rows.ts';

type Decided = NonNullable<ReturnType<typeof decide>>;

const insertPlan: StatementPlan = { kind: 'insert', locks: null, defer: false, roles: [] };

/** Carries out a database's statements strictly in the dump's order, as psql would. */
export class ToolsDatabase {
  readonly name: DatabaseName;
  readonly #context: AttemptContext;
  readonly #launcher: PsqlLauncher;
  readonly #psql: PsqlSession;
  readonly #settings: SessionSettings;
  readonly #grants: CreateGrants;
  readonly #deferred: (() => Promise<void>)[] = [];
  /** For looking at rights, and lending them: none of it is the dump's. */
  #own: Session | null = null;

  private constructor(
    context: AttemptContext,
    launcher: PsqlLauncher,
    name: DatabaseName,
    settings: SessionSettings,
    psql: PsqlSession,
  ) {
    this.#context = context;
    this.#launcher = launcher;
    this.name = name;
    this.#settings = settings;
    this.#psql = psql;
    this.#grants = new CreateGrants(name.sandbox);
  }

  /** Creates the database and opens psql on it. @throws ServerError, ConnectionLost */
  static async create(
    context: AttemptContext,
    launcher: PsqlLauncher,
    name: DatabaseName,
    request: DatabaseRequest,
    settings: SessionSettings,
  ): Promise<ToolsDatabase> {
    await DatabaseLoad.make(context, name.sandbox, { ...request, name: name.dump });
    const psql = await launcher.session(name.sandbox, startup(context));
    for (const statement of settings.snapshot.values()) await psql.run(statementBytes(statement));
    return new ToolsDatabase(context, launcher, name, settings, psql);
  }

  /** One decided statement. @throws ConnectionLost, DrillError SANDBOX_DISK_FULL */
  async statement(entry: DumpEntry, open: OpenEntry, decision: Decided): Promise<void> {
    const context = this.#context;
    const grants = this.#grants;
    const announced = announcedObject(this.name.dump, entry, decision.plan);
    if (announced !== null) context.book.announce(announced);
    open.begin();
    if (decision.plan.kind === 'grant' && grants.outstanding) await grants.takeBack(await this.#session());
    if (decision.plan.defer) this.#deferred.push(() => this.#run(entry, open, decision));
    else await this.#run(entry, open, decision);
  }

  async #run(entry: DumpEntry, open: OpenEntry, { plan, statements, rule }: Decided): Promise<void> {
    const context = this.#context;
    const startedAt = performance.now();
    context.progress(objectLabel(entry));
    context.clock.touch(entry.section === 'post-data' ? 'post-data' : 'pre-data');
    const missingRoles = plan.roles.length === 0 ? [] : await context.roles.ensure(plan.roles);
    if (plan.owner !== undefined && missingRoles.length === 0)
      await this.#grants.lend(await this.#session(), plan.owner.role, plan.owner.schema);
    let failed: EntryOutcome | null = null;
    for (const statement of statements) {
      const { sqlState } = await this.#psql.run(statementBytes(statement));
      if (sqlState === null) {
        if (plan.setting !== undefined) this.#settings.record(plan.setting.name, statement);
      } else if (
        !(sqlState === '42501' && plan.extension !== undefined && (await this.#asAdministrator(statement)))
      ) {
        failed ??= failedOutcome(context, entry, plan, answeredWith(sqlState), missingRoles);
      }
    }
    open.end(
      failed ?? (rule === null ? { status: 'restored' } : { status: 'restored with changes', rule }),
      secondsSince(startedAt),
    );
  }

  /** A refused CREATE EXTENSION gets a second chance where the sandbox can do what the RDS master could. */
  async #asAdministrator({ sql }: Statement): Promise<boolean> {
    try {
      return await this.#context.installExtension(this.name.sandbox, sql);
    } catch (error) {
      if (error instanceof ServerError) return false;
      throw error;
    }
  }

  /** Opens the COPY of one table; `statement` is what the policy makes of it. */
  async beginRows(event: RowsBegin, open: OpenEntry, { statements }: Decided): Promise<TableRows | null> {
    const [statement] = statements;
    if (statement !== undefined) {
      const before = [statementOf(startup(this.#context).join(';')), ...this.#settings.snapshot.values()];
      return TableRows.begin(this.#context, this.#launcher, this.name, event, open, [...before, statement]);
    }
    open.close();
    return null;
  }

  /** A run of INSERT statements into one table. */
  async inserts(
    entry: DumpEntry,
    open: OpenEntry,
    schema: string,
    table: string,
    statements: { decided: Statement[]; of: number },
  ): Promise<void> {
    const context = this.#context;
    const startedAt = performance.now();
    const account = context.book.table(this.name.dump, schema, table);
    context.clock.touch('data');
    context.progress(`${schema}.${table}`);
    open.begin();
    let failed: EntryOutcome | null = null;
    let inserted = 0;
    for (const statement of statements.decided) {
      const answer = await this.#psql.run(statementBytes(statement));
      inserted += answer.inserted;
      if (answer.sqlState === null) continue;
      account.rowsInDump += 1;
      failed ??= failedOutcome(context, entry, insertPlan, answeredWith(answer.sqlState), []);
    }
    account.rowsInDump += inserted + statements.of - statements.decided.length;
    account.rowsLoaded += inserted;
    context.book.rowsLoaded += inserted;
    account.bytes += statements.decided.reduce((sum, { sql }) => sum + sql.length, 0);
    account.seconds += secondsSince(startedAt);
    open.end(failed ?? { status: 'restored' }, secondsSince(startedAt));
  }

  /** SQL of our own making, e.g. of large objects. @returns SQLSTATE of the first error */
  async ownStatement(sql: string): Promise<string | null> {
    return (await this.#psql.text(sql)).sqlState;
  }

  /** What was deferred, what was lent, statistics. */
  async finish(): Promise<void> {
    this.#context.clock.touch('finishing');
    for (const run of this.#deferred.splice(0)) await run();
    if (this.#grants.outstanding) await this.#grants.takeBack(await this.#session());
    // Without statistics tables are only slower to query; catalogs that the master may not analyse are passed over.
    await this.#psql.text('ANALYZE');
    this.#context.clock.touch('finishing');
    await this.close();
  }

  async close(): Promise<void> {
    await this.#psql.close();
    await this.#own?.close();
    this.#own = null;
  }

  /** Ends at once, in the middle of whatever runs. */
  destroy(): void {
    this.#psql.destroy();
    this.#own?.destroy();
  }

  async #session(): Promise<Session> {
    this.#own ??= await Session.open(
      await this.#context.connectionTo(this.name.sandbox),
      startup(this.#context),
    );
    return this.#own;
  }
}

const startup = (context: AttemptContext): string[] => fastLoadSettings(context.facts, 1, 0);

const secondsSince = (startedAt: number): number => (performance.now() - startedAt) / 1000;

const statementOf = (sql: string): Statement => ({ sql, codec: 'utf8', line: null });
