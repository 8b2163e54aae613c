/** Carries the events of a dump to psql, one after another: the sequential twin of loading/restore-attempt.ts. */

import type { DumpHeader } from '../../../domain/backup/dump.ts';
import { isOfTheDump } from '../../../domain/findings/dump-damage.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { finding } from '../../../domain/findings/findings.ts';
import type { DumpEntry, DumpEvent, DumpReader, RowsBegin, Statement } from '../dump-stream.ts';
import type { OpenEntry } from '../loading/account-book.ts';
import type { AttemptContext } from '../loading/attempt-context.ts';
import { databaseEncoding, sandboxName } from '../loading/database-creation.ts';
import { DatabaseLoad } from '../loading/database-load.ts';
import { decide } from '../loading/entry-runner.ts';
import { type DatabaseRequest, plainRequest } from '../loading/restore-policy.ts';
import { fastLoadSettings, SessionSettings, statementBytes } from '../loading/session-settings.ts';
import { failedOutcome } from '../loading/statement-run.ts';
import { LargeObjectRows } from './large-object-rows.ts';
import { seenKey } from './own-reading.ts';
import { answeredWith } from './psql-error.ts';
import type { PsqlLauncher } from './psql-launcher.ts';
import type { PsqlSession } from './psql-session.ts';
import type { TableRows } from './table-rows.ts';
import { ToolsDatabase } from './tools-database.ts';

type Decided = NonNullable<ReturnType<typeof decide>>;

/** The name for the content of a dump that does not say which database it is of. */
const namelessDatabase = 'main';
const maintenanceDatabase = 'postgres';

export class ToolsAttempt {
  /** Entries that came by, as OwnReading names them. */
  readonly seen = new Set<string>();
  /** What is wrong with the dump, when reading broke off. */
  fault: DrillError | null = null;
  /** What the archive itself says of its database (encoding, locale); pg_restore leaves it out. */
  archiveRequest: Promise<DatabaseRequest | null> = Promise.resolve(null);
  readonly #context: AttemptContext;
  readonly #launcher: PsqlLauncher;
  #header: DumpHeader | null = null;
  #encoding: string | null = null;
  #current: string | null = null;
  #settings = new SessionSettings();
  #database: ToolsDatabase | null = null;
  #rows: TableRows | null = null;
  #administration: PsqlSession | null = null;
  readonly #requests = new Map<string, DatabaseRequest>();
  readonly #last: (() => Promise<void>)[] = [];
  #insertsOf: { entry: DumpEntry; open: OpenEntry } | null = null;
  #largeObject: LargeObjectRows | null = null;

  constructor(context: AttemptContext, launcher: PsqlLauncher) {
    this.#context = context;
    this.#launcher = launcher;
  }

  /** Reads on to the end, or to `fault`. @returns true when the dump was read to its announced end @throws DrillError, ServerError, ConnectionLost */
  async run(reader: DumpReader): Promise<boolean> {
    let complete = false;
    this.#context.clock.touch('reading');
    try {
      for await (const event of reader) {
        this.#context.signal.throwIfAborted();
        if (event.kind === 'end') complete = true;
        else await this.#handle(event);
        this.#context.clock.touch('reading');
      }
    } catch (error) {
      if (!isOfTheDump(error)) return this.#abandon(error);
      this.fault = error;
      await this.#rows?.breakOff();
      this.#rows = null;
    }
    this.#endInserts();
    await this.#finishDatabase().catch((error: unknown) => this.#abandon(error));
    for (const statement of this.#last.splice(0)) await statement();
    await this.#administration?.close();
    return complete;
  }

  /** Lets go of every connection at once. */
  #abandon(error: unknown): never {
    this.#database?.destroy();
    throw error;
  }

  async #handle(event: Exclude<DumpEvent, { kind: 'end' }>): Promise<void> {
    if (event.kind !== 'inserts') this.#endInserts();
    switch (event.kind) {
      case 'header':
        this.#header = event.header;
        this.#encoding ??= event.header.encoding;
        return;
      case 'database':
        return this.#switchDatabase(event.name);
      case 'encoding':
        this.#encoding = event.encoding;
        return;
      case 'contents':
        return;
      case 'finding':
        this.#context.book.find(event.finding);
        return;
      case 'entry':
        return this.#entry(event.entry);
      case 'inserts':
        return this.#inserts(event);
      case 'rows-begin':
        return this.#beginRows(event);
      case 'rows':
        return this.#rows?.write(event.pieces, event.rows);
      case 'row-piece':
        return this.#rows?.write([event.bytes], event.rows);
      case 'rows-end':
        await this.#rows?.end();
        this.#rows = null;
        return;
      case 'large-object-begin':
        return this.#beginLargeObject(event.entry, event.oid, event.create);
      case 'large-object-block':
        return this.#largeObject?.block(event.bytes);
      case 'large-object-end':
        this.#largeObject?.end();
        this.#largeObject = null;
    }
  }

  async #entry(entry: DumpEntry): Promise<void> {
    this.seen.add(seenKey(entry));
    const open = this.#openEntry(entry);
    for (const statement of entry.statements) await this.#statement(entry, open, statement);
    open.close();
  }

  async #statement(entry: DumpEntry, open: OpenEntry, statement: Statement): Promise<void> {
    const request = /^\s*CREATE\s+DATABASE\b/i.test(statement.sql)
      ? this.#context.policy.databaseRequest(statement)
      : null;
    if (request !== null) await this.#requested(request);
    const decision = this.#decide(entry, open, statement);
    if (decision === null) return;
    const { kind, defer, owner, setting } = decision.plan;
    // A COPY whose rows the reader did not announce would make psql take our own marks for rows.
    if (kind === 'copy') return refuse(this.#context, entry, open);
    // Roles and databases belong to the whole server: they never open the database that happens to be current.
    if (kind === 'role' || kind === 'database' || (kind === 'owner' && defer && owner?.schema === null)) {
      open.begin();
      const act = (): Promise<void> => this.#administrative(entry, open, decision);
      if (defer) this.#last.push(act);
      else await act();
      return;
    }
    if (kind === 'set' && this.#database === null) {
      open.begin();
      await this.#administrative(entry, open, decision);
      if (setting !== undefined)
        for (const each of decision.statements) this.#settings.record(setting.name, each);
      return;
    }
    await (await this.#opened()).statement(entry, open, decision);
  }

  /** Plain dumps name a database before they connect to it, and in a cluster that may be all they say of it. */
  async #requested(request: DatabaseRequest): Promise<void> {
    this.#requests.set(request.name, request);
    const name = sandboxName(request.name);
    if (name === request.name) await DatabaseLoad.make(this.#context, name, request);
  }

  async #administrative(
    entry: DumpEntry,
    open: OpenEntry,
    { plan, rule, statements }: Decided,
  ): Promise<void> {
    const context = this.#context;
    const startedAt = performance.now();
    context.clock.touch('pre-data');
    const missingRoles = plan.kind === 'role' ? [] : await context.roles.ensure(plan.roles);
    this.#administration ??= await this.#launcher.session(
      maintenanceDatabase,
      fastLoadSettings(context.facts, 1, 0),
    );
    const { sqlState } = await this.#administration.run(...statements.map(statementBytes));
    context.roles.invalidate();
    const done =
      rule === null
        ? ({ status: 'restored' } as const)
        : ({ status: 'restored with changes', rule } as const);
    open.end(
      sqlState === null ? done : failedOutcome(context, entry, plan, answeredWith(sqlState), missingRoles),
      (performance.now() - startedAt) / 1000,
    );
  }

  async #switchDatabase(name: string): Promise<void> {
    if (!this.#context.options.allowCreate && this.#header?.format.layout === 'plain') {
      throw new DrillError('CREATE_NOT_ALLOWED', `the dump creates its own database, "${name}"`, {
        hint: 'Set `restore: { allowCreate: true }` in drills.yaml: it then goes to a database of that name in the sandbox.',
      });
    }
    if (name === this.#current && this.#database !== null) return;
    await this.#finishDatabase();
    this.#current = name;
    this.#settings = new SessionSettings();
  }

  async #finishDatabase(): Promise<void> {
    await this.#database?.finish();
    this.#database = null;
  }

  #databaseName(): { dump: string; sandbox: string } {
    const dump = this.#current ?? this.#header?.database ?? namelessDatabase;
    return { dump, sandbox: sandboxName(dump) };
  }

  /** Opens the current database on the first statement that needs it, so that empty ones are never made. */
  async #opened(): Promise<ToolsDatabase> {
    if (this.#database !== null) return this.#database;
    const name = this.#databaseName();
    const request =
      this.#requests.get(name.dump) ??
      (await this.archiveRequest) ??
      plainRequest(name.dump, databaseEncoding(this.#encoding));
    this.#database = await ToolsDatabase.create(this.#context, this.#launcher, name, request, this.#settings);
    return this.#database;
  }

  async #beginRows(event: RowsBegin): Promise<void> {
    const database = await this.#opened();
    const open = this.#openEntry(event.entry);
    const decision = this.#decide(event.entry, open, event.copy);
    // What the policy leaves out is read and dropped.
    if (decision === null) open.close();
    else this.#rows = await database.beginRows(event, open, decision);
  }

  async #inserts({
    entry,
    schema,
    table,
    statements,
  }: Extract<DumpEvent, { kind: 'inserts' }>): Promise<void> {
    const database = await this.#opened();
    if (this.#insertsOf !== null && this.#insertsOf.entry.id !== entry.id) this.#endInserts();
    this.#insertsOf ??= { entry, open: this.#openEntry(entry) };
    const { open } = this.#insertsOf;
    const decided = statements.flatMap((statement) => this.#decide(entry, open, statement)?.statements ?? []);
    await database.inserts(entry, open, schema ?? 'public', table, { decided, of: statements.length });
  }

  #endInserts(): void {
    this.#insertsOf?.open.close();
    this.#insertsOf = null;
  }

  async #beginLargeObject(entry: DumpEntry, oid: number, create: boolean): Promise<void> {
    const database = await this.#opened();
    this.#largeObject = await LargeObjectRows.begin(
      this.#context,
      database,
      this.#openEntry(entry),
      entry,
      oid,
      create,
    );
  }

  #decide(entry: DumpEntry, open: OpenEntry, statement: Statement): Decided | null {
    return decide(this.#context, entry, statement, open, this.#databaseName());
  }

  #openEntry(entry: DumpEntry): OpenEntry {
    return this.#context.book.entry(this.#databaseName().dump, entry);
  }
}

function refuse({ book }: AttemptContext, entry: DumpEntry, open: OpenEntry): void {
  const message = `${entry.type.toLowerCase()} ${entry.name}: a COPY without rows of its own is not given to psql`;
  open.merge({ status: 'failed', failure: 'refused', sqlState: null, message });
  book.find(finding('STATEMENT_REFUSED', message));
}
