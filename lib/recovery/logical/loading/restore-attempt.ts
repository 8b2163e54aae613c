import type { DumpHeader } from '../../../domain/backup/dump.ts';
import { isOfTheDump } from '../../../domain/findings/dump-damage.ts';
import { DrillError } from '../../../domain/findings/errors.ts';
import { finding } from '../../../domain/findings/findings.ts';
import type { DumpEntry, DumpEvent, DumpReader, RowsBegin, Statement } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import { proveSetting, runAdministrative } from './administrative-statements.ts';
import type { AttemptContext } from './attempt-context.ts';
import { databaseEncoding, sandboxName } from './database-creation.ts';
import { DatabaseLoad } from './database-load.ts';
import { EntryRunner } from './entry-runner.ts';
import { keepHeapHeadroom } from './heap-headroom.ts';
import { ArchivePlan } from './held-entries.ts';
import { InsertLoad } from './insert-load.ts';
import { accountedLargeObject, type LargeObjectLoad } from './large-object-load.ts';
import { type DatabaseRequest, plainRequest } from './restore-policy.ts';
import { beginRows } from './rows-begin.ts';
import { SessionSettings } from './session-settings.ts';
import { decide } from './statement-decision.ts';
import { isOfServer } from './statement-kinds.ts';
import type { RowsReceiver } from './table-load.ts';

type Inserts = Extract<DumpEvent, { kind: 'inserts' }>;

/** Rows, and entries too, may join what waits to go together, or decide by themselves that it has to go first. */
const ofRows: ReadonlySet<DumpEvent['kind']> = new Set(['rows-begin', 'rows', 'row-piece', 'rows-end']);

const beginsData: ReadonlySet<DumpEvent['kind']> = new Set(['rows-begin', 'inserts', 'large-object-begin']);

/** The name for the content of a dump that does not say which database it is of. */
const namelessDatabase = 'main';

/** Reads one dump to its end and loads it: the events of the reader, one after another, with back-pressure. */
export class RestoreAttempt {
  readonly #context: AttemptContext;
  #header: DumpHeader | null = null;
  #encoding: string | null = null;
  /** The database that events belong to, by its name in the dump; null before the first `database` event. */
  #current: string | null = null;
  #settings = new SessionSettings();
  #load: DatabaseLoad | null = null;
  #runner: EntryRunner | null = null;
  readonly #requests = new Map<string, DatabaseRequest>();
  /** Statements about databases and roles that wait for the end of the dump. */
  readonly #last: (() => Promise<void>)[] = [];
  #archive: ArchivePlan | null = null;
  #rows: { table: RowsReceiver | null } | null = null;
  #largeObject: LargeObjectLoad | null = null;
  #insertLoad: InsertLoad | null = null;
  /** Set from the first data on: before, the heap has another size. */
  #endHeapHeadroom: (() => void) | null = null;

  constructor(context: AttemptContext) {
    this.#context = context;
  }

  /** @returns true when the dump was read to its announced end @throws DrillError, AttemptSpoiled, ServerError */
  async run(reader: DumpReader): Promise<boolean> {
    let complete = false;
    this.#context.clock.touch('reading');
    try {
      for (;;) {
        const { done, value: event } = await this.#context.ending.guard(reader.next());
        if (done === true) break;
        this.#context.clock.touch('reading');
        if (event.kind === 'end') complete = true;
        else await this.#context.ending.guard(this.#handle(event));
      }
    } catch (error) {
      if (!isOfTheDump(error)) throw error;
      // What was read is loaded and accounted for: the record says how far a damaged dump goes.
      this.#context.book.find({ ...finding(error.code, `${error.message}`), hint: error.hint });
      if (this.#archive !== null && this.#load !== null) this.#load.stopped = true;
      this.#rows?.table?.end();
      this.#largeObject?.end();
    } finally {
      this.#endHeapHeadroom?.();
    }
    this.#endInserts();
    this.#archive?.releaseHolds();
    await this.#context.ending.guard(this.#finishDatabase());
    for (const statement of this.#last.splice(0)) await statement();
    return complete;
  }

  /** Drops every connection at once, and ends every wait: for a reader or a server that never answers too. */
  async abandon(reason: unknown): Promise<void> {
    this.#context.ending.end(reason);
    await this.#load?.abandon(reason);
    this.#load = null;
  }

  async #handle(event: Exclude<DumpEvent, { kind: 'end' }>): Promise<void> {
    const { book, clock } = this.#context;
    if (event.kind !== 'inserts') this.#endInserts();
    if (beginsData.has(event.kind)) this.#endHeapHeadroom ??= keepHeapHeadroom();
    if (!ofRows.has(event.kind)) this.#load?.smallTables.flush();
    if (event.kind !== 'entry' && !ofRows.has(event.kind)) await this.#runner?.batches.flush();
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
        this.#archive = new ArchivePlan(this.#context, this.#dumpName(), event.entries);
        return;
      case 'finding':
        book.find(event.finding);
        return;
      case 'entry':
        return this.#entry(event.entry);
      case 'inserts':
        return this.#inserts(event);
      case 'rows-begin':
        return this.#beginRows(event);
      case 'rows':
        clock.touch('data');
        return this.#rows?.table?.write(event.pieces, event.rows);
      case 'row-piece':
        clock.touch('data');
        return this.#rows?.table?.piece(event.bytes, event.rows);
      case 'rows-end':
        this.#rows?.table?.end();
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
    if (this.#archive?.isPlanned(entry.id) === true) return;
    this.#archive?.bringsNoRows(entry.id);
    const open = this.#openEntry(entry);
    for (const statement of entry.statements) await this.#statement(entry, open, statement);
    open.close();
  }

  async #statement(entry: DumpEntry, open: OpenEntry, statement: Statement): Promise<void> {
    // Reading the wish costs a parse, so only what can be one is asked.
    const request = /^\s*CREATE\s+DATABASE\b/i.test(statement.sql)
      ? this.#context.policy.databaseRequest(statement)
      : null;
    if (request !== null) await this.#requested(request);
    const decision = decide(this.#context, entry, statement, open, this.#databaseName());
    if (decision === null) return;
    if (isOfServer(decision.plan)) {
      await this.#runner?.batches.flush();
      open.begin();
      const act = (): Promise<void> => runAdministrative(this.#context, entry, open, decision);
      if (decision.plan.defer) this.#last.push(act);
      else await act();
      return;
    }
    const isSureToLoad = (): boolean => this.#archive?.needsDatabase(this.#databaseName()) === true;
    if (decision.plan.kind === 'set' && this.#load === null && !isSureToLoad())
      return proveSetting(this.#context, this.#settings, entry, open, decision);
    const runner = await this.#opened();
    await runner.submit(entry, open, decision);
  }

  /** Plain dumps name a database before they connect to it, and in a cluster that may be all they say of it. */
  async #requested(request: DatabaseRequest): Promise<void> {
    this.#requests.set(request.name, request);
    const name = sandboxName(request.name);
    if (this.#archive === null && name === request.name)
      await DatabaseLoad.make(this.#context, name, request);
  }

  async #switchDatabase(name: string): Promise<void> {
    const cluster = this.#header?.format.layout === 'cluster';
    if (!cluster && !this.#context.options.allowCreate && this.#header?.format.layout === 'plain') {
      throw new DrillError('CREATE_NOT_ALLOWED', `the dump creates its own database, "${name}"`, {
        hint: 'Set `restore: { allowCreate: true }` in drills.yaml: it then goes to a database of that name in the sandbox.',
      });
    }
    if (name === this.#current && this.#load !== null) return;
    await this.#finishDatabase();
    this.#current = name;
    this.#settings = new SessionSettings();
  }

  async #finishDatabase(): Promise<void> {
    await this.#runner?.batches.flush();
    await this.#load?.finish();
    this.#context.book.tellCauses(this.#dumpName());
    this.#load = null;
    this.#runner = null;
  }

  #dumpName(): string {
    return this.#current ?? this.#header?.database ?? namelessDatabase;
  }

  #databaseName(): { dump: string; sandbox: string } {
    const dump = this.#dumpName();
    return { dump, sandbox: sandboxName(dump) };
  }

  /** Opens the current database on the first statement that needs it, so that empty ones are never made. */
  async #opened(): Promise<EntryRunner> {
    if (this.#runner !== null) return this.#runner;
    const { dump, sandbox } = this.#databaseName();
    const request =
      this.#requests.get(dump) ??
      this.#archive?.request ??
      plainRequest(dump, databaseEncoding(this.#encoding));
    const opening = DatabaseLoad.open(this.#context, sandbox, { ...request, name: dump }, this.#settings);
    await this.#archive?.decideWhile(opening, { dump, sandbox });
    this.#load = await opening;
    this.#runner = new EntryRunner(this.#context, this.#load);
    return this.#runner;
  }

  async #loading(): Promise<DatabaseLoad> {
    await this.#opened();
    if (this.#load === null) throw new Error('a database was just opened');
    return this.#load;
  }

  async #beginRows(event: RowsBegin): Promise<void> {
    const runner = await this.#opened();
    const load = await this.#loading();
    load.parallel = true;
    if (this.#archive !== null) {
      await runner.batches.flush();
      await this.#archive.submitPostData(load, runner, this.#databaseName());
    }
    const open = this.#openEntry(event.entry);
    const hold = this.#archive?.takeHold(event.entry.id) ?? null;
    const { batches } = runner;
    const table = await beginRows(this.#context, load, batches, event, open, this.#databaseName(), hold);
    this.#rows = { table };
  }

  #openEntry(entry: DumpEntry): OpenEntry {
    return this.#archive?.openEntry(entry.id) ?? this.#context.book.entry(this.#dumpName(), entry);
  }

  async #inserts(event: Inserts): Promise<void> {
    const load = await this.#loading();
    const runner = await this.#opened();
    load.parallel = true;
    if (this.#archive !== null) await this.#archive.submitPostData(load, runner, this.#databaseName());
    if (this.#insertLoad !== null && !this.#insertLoad.belongs(event)) this.#endInserts();
    this.#insertLoad ??= await InsertLoad.begin(
      this.#context,
      load,
      event,
      this.#openEntry(event.entry),
      this.#archive?.takeHold(event.entry.id) ?? null,
    );
    await this.#insertLoad.add(event.statements, this.#databaseName());
  }

  #endInserts(): void {
    this.#insertLoad?.end();
    this.#insertLoad = null;
  }

  async #beginLargeObject(entry: DumpEntry, oid: number, create: boolean): Promise<void> {
    const load = await this.#loading();
    const open = this.#openEntry(entry);
    this.#largeObject = accountedLargeObject(this.#context, load, open, entry, oid, create);
  }
}
