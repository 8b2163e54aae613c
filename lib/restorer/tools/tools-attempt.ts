/** Carries the events of a dump to psql, one after another: the sequential twin of loading/restore-attempt.ts. */
import { DrillError } from '../../domain/errors.ts';
import { finding } from '../../domain/findings.ts';
import type { DumpHeader } from '../../domain/dump.ts';
import type { DumpEntry, DumpEvent, DumpReader, RowsBegin, Statement } from '../dump-stream.ts';
import type { OpenEntry } from '../loading/account-book.ts';
import type { AttemptContext } from '../loading/attempt-context.ts';
import { databaseEncoding, sandboxName } from '../loading/database-creation.ts';
import { decide } from '../loading/entry-runner.ts';
import { type DatabaseRequest, plainRequest } from '../loading/restore-policy.ts';
import { fastLoadSettings, SessionSettings, statementBytes } from '../loading/session-settings.ts';
import { failedOutcome } from '../loading/statement-run.ts';
import { seenKey } from './own-reading.ts';
import type { PsqlLauncher } from './psql-launcher.ts';
import type { PsqlSession } from './psql-session.ts';
import { answeredWith, ToolsDatabase } from './tools-database.ts';

type Decided = NonNullable<ReturnType<typeof decide>>;

/** The name for the content of a dump that does not say which database it is of. */
const namelessDatabase = 'main';
const maintenanceDatabase = 'postgres';

/** What the dump itself is to blame for: reading ends, and what was read is accounted for. */
const dumpCodes: ReadonlySet<string> = new Set(['DUMP_TRUNCATED', 'DUMP_CORRUPT', 'DUMP_CHANGED', 'CHECKSUM_MISMATCH', 'DUMP_UNREADABLE', 'DECRYPTION_FAILED', 'DUMP_EMPTY', 'DUMP_NOT_A_DUMP']);

export function isOfTheDump(error: unknown): error is DrillError {
  return error instanceof DrillError && dumpCodes.has(error.code);
}

export class ToolsAttempt {
  /** Entries that came by, as OwnReading names them. */
  readonly seen = new Set<string>();
  private readonly context: AttemptContext;
  private readonly launcher: PsqlLauncher;
  private header: DumpHeader | null = null;
  private encoding: string | null = null;
  private current: string | null = null;
  private settings = new SessionSettings();
  private database: ToolsDatabase | null = null;
  private administration: PsqlSession | null = null;
  private readonly requests = new Map<string, DatabaseRequest>();
  private readonly last: (() => Promise<void>)[] = [];
  private insertsOf: { entry: DumpEntry; open: OpenEntry } | null = null;
  private largeObject: { oid: number; entry: DumpEntry; open: OpenEntry; offset: number; sqlState: string | null } | null = null;

  constructor(context: AttemptContext, launcher: PsqlLauncher) {
    this.context = context;
    this.launcher = launcher;
  }

  /** @returns true when the dump was read to its announced end @throws DrillError, ServerError, ConnectionLost */
  async run(reader: DumpReader): Promise<boolean> {
    let complete = false;
    this.context.clock.touch('reading');
    try {
      for await (const event of reader) {
        this.context.signal.throwIfAborted();
        if (event.kind === 'end') complete = true;
        else await this.handle(event);
        this.context.clock.touch('reading');
      }
    } catch (error) {
      if (!isOfTheDump(error)) throw error;
      this.context.book.find({ ...finding(error.code, error.message), hint: error.hint });
      await this.database?.breakOff();
    }
    this.endInserts();
    await this.finishDatabase();
    for (const statement of this.last.splice(0)) await statement();
    await this.administration?.close();
    return complete;
  }

  private async handle(event: Exclude<DumpEvent, { kind: 'end' }>): Promise<void> {
    if (event.kind !== 'inserts') this.endInserts();
    switch (event.kind) {
      case 'header':
        this.header = event.header;
        this.encoding ??= event.header.encoding;
        return;
      case 'database':
        return this.switchDatabase(event.name);
      case 'encoding':
        this.encoding = event.encoding;
        return;
      case 'contents':
        return;
      case 'finding':
        this.context.book.find(event.finding);
        return;
      case 'entry':
        return this.entry(event.entry);
      case 'inserts':
        return this.inserts(event);
      case 'rows-begin':
        return this.beginRows(event);
      case 'rows':
      case 'row-piece':
        return this.database?.rows(event.bytes, event.rows);
      case 'rows-end':
        return this.database?.endRows();
      case 'large-object-begin':
        return this.beginLargeObject(event.entry, event.oid, event.create);
      case 'large-object-block':
        return this.largeObjectBlock(event.bytes);
      case 'large-object-end':
        return this.endLargeObject();
    }
  }

  private async entry(entry: DumpEntry): Promise<void> {
    this.seen.add(seenKey(entry));
    const open = this.openEntry(entry);
    for (const statement of entry.statements) await this.statement(entry, open, statement);
    open.close();
  }

  private async statement(entry: DumpEntry, open: OpenEntry, statement: Statement): Promise<void> {
    const request = /^\s*CREATE\s+DATABASE\b/i.test(statement.sql) ? this.context.policy.databaseRequest(statement) : null;
    if (request !== null) this.requests.set(request.name, request);
    const decision = this.decide(entry, open, statement);
    if (decision === null) return;
    const { kind, defer, owner, setting } = decision.plan;
    // A COPY whose rows the reader did not announce would make psql take our own marks for rows.
    if (kind === 'copy') return refuse(this.context, entry, open);
    // Roles and databases belong to the whole server: they never open the database that happens to be current.
    if (kind === 'role' || kind === 'database' || (kind === 'owner' && defer && owner?.schema === null)) {
      open.begin();
      const act = (): Promise<void> => this.administrative(entry, open, decision);
      if (defer) this.last.push(act);
      else await act();
      return;
    }
    if (kind === 'set' && this.database === null) {
      open.begin();
      await this.administrative(entry, open, decision);
      if (setting !== undefined) for (const each of decision.statements) this.settings.record(setting.name, each);
      return;
    }
    await (await this.opened()).statement(entry, open, decision);
  }

  private async administrative(entry: DumpEntry, open: OpenEntry, { plan, rule, statements }: Decided): Promise<void> {
    const { context } = this;
    const startedAt = performance.now();
    context.clock.touch('pre-data');
    const missingRoles = plan.kind === 'role' ? [] : await context.roles.ensure(plan.roles);
    this.administration ??= await this.launcher.session(maintenanceDatabase, fastLoadSettings(context.facts, 1, 0));
    const { sqlState } = await this.administration.run(...statements.map(statementBytes));
    context.roles.invalidate();
    const done = rule === null ? ({ status: 'restored' } as const) : ({ status: 'restored with changes', rule } as const);
    open.end(sqlState === null ? done : failedOutcome(context, entry, plan, answeredWith(sqlState), missingRoles), (performance.now() - startedAt) / 1000);
  }

  private async switchDatabase(name: string): Promise<void> {
    if (!this.context.options.allowCreate && this.header?.format.layout === 'plain') {
      throw new DrillError('REQUEST_INVALID', `the dump names its own database, "${name}"`, {
        hint: 'Allow it (allowCreate): it then goes to a database of that name in the sandbox.',
      });
    }
    if (name === this.current && this.database !== null) return;
    await this.finishDatabase();
    this.current = name;
    this.settings = new SessionSettings();
  }

  private async finishDatabase(): Promise<void> {
    await this.database?.finish();
    this.database = null;
  }

  private databaseName(): { dump: string; sandbox: string } {
    const dump = this.current ?? this.header?.database ?? namelessDatabase;
    return { dump, sandbox: sandboxName(dump) };
  }

  /** Opens the current database on the first statement that needs it, so that empty ones are never made. */
  private async opened(): Promise<ToolsDatabase> {
    if (this.database !== null) return this.database;
    const name = this.databaseName();
    const request = this.requests.get(name.dump) ?? plainRequest(name.dump, databaseEncoding(this.encoding));
    this.database = await ToolsDatabase.create(this.context, this.launcher, name, request, this.settings);
    return this.database;
  }

  private async beginRows(event: RowsBegin): Promise<void> {
    const database = await this.opened();
    const open = this.openEntry(event.entry);
    const decision = this.decide(event.entry, open, event.copy);
    // What the policy leaves out is read and dropped.
    if (decision === null) open.close();
    else await database.beginRows(event, open, decision);
  }

  private async inserts({ entry, schema, table, statements }: Extract<DumpEvent, { kind: 'inserts' }>): Promise<void> {
    const database = await this.opened();
    if (this.insertsOf !== null && this.insertsOf.entry.id !== entry.id) this.endInserts();
    this.insertsOf ??= { entry, open: this.openEntry(entry) };
    const { open } = this.insertsOf;
    const decided = statements.flatMap((statement) => this.decide(entry, open, statement)?.statements ?? []);
    await database.inserts(entry, open, schema ?? 'public', table, { decided, of: statements.length });
  }

  private endInserts(): void {
    this.insertsOf?.open.close();
    this.insertsOf = null;
  }

  private async beginLargeObject(entry: DumpEntry, oid: number, create: boolean): Promise<void> {
    const database = await this.opened();
    const open = this.openEntry(entry);
    open.begin();
    this.context.clock.touch('data');
    const sqlState = create ? await database.ownStatement(`SELECT pg_catalog.lo_create(${oid})`) : null;
    this.largeObject = { oid, entry, open, offset: 0, sqlState };
  }

  private async largeObjectBlock(bytes: Buffer): Promise<void> {
    const { largeObject, database } = this;
    if (largeObject === null || database === null) return;
    for (let from = 0; from < bytes.length && largeObject.sqlState === null; from += largestPut) {
      const piece = bytes.subarray(from, from + largestPut);
      largeObject.sqlState = await database.ownStatement(
        `SELECT pg_catalog.lo_put(${largeObject.oid}, ${largeObject.offset}, pg_catalog.decode('${piece.toString('hex')}', 'hex'))`,
      );
      largeObject.offset += piece.length;
    }
  }

  private endLargeObject(): void {
    const { largeObject, context } = this;
    this.largeObject = null;
    if (largeObject === null) return;
    const { sqlState, open, entry } = largeObject;
    open.end(sqlState === null ? { status: 'restored' } : failedOutcome(context, entry, null, answeredWith(sqlState), []), 0);
    open.close();
  }

  private decide(entry: DumpEntry, open: OpenEntry, statement: Statement): Decided | null {
    return decide(this.context, entry, statement, open, this.databaseName());
  }

  private openEntry(entry: DumpEntry): OpenEntry {
    return this.context.book.entry(this.databaseName().dump, entry);
  }
}

function refuse({ book }: AttemptContext, entry: DumpEntry, open: OpenEntry): void {
  const message = `${entry.type.toLowerCase()} ${entry.name}: a COPY without rows of its own is not given to psql`;
  open.merge({ status: 'failed', failure: 'refused', sqlState: null, message });
  book.find(finding('STATEMENT_REFUSED', message));
}

/** Bytes of a large object in one statement: twice as many digits, well below what psql reads at once. */
const largestPut = 256 * 1024;
