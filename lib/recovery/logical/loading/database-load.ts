import { finding } from '../../../domain/findings/findings.ts';
import { listOf } from '../../../domain/text/quantities.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { RelationName } from '../policy/decision.ts';
import { waysOut, waysOutSql } from '../tampering/ways-out.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { CatalogLook, RelationTraits } from './catalog-look.ts';
import { namesInCatalogue } from './catalogue-names.ts';
import { Session } from './connection.ts';
import { CreateGrants } from './create-grants.ts';
import { createDatabase } from './database-creation.ts';
import { RelationKnowledge } from './relation-knowledge.ts';
import { RelationMap } from './relation-map.ts';
import type { DatabaseRequest } from './restore-policy.ts';
import { Scheduler } from './scheduler.ts';
import { ServerError } from './server-error.ts';
import { fastLoadSettings, type SessionSettings } from './session-settings.ts';
import { Slot } from './slot.ts';
import { SmallTables } from './small-tables.ts';
import { submitStatistics } from './statistics.ts';
import type { Task } from './task-graph.ts';
import { UnqualifiedNames } from './unqualified-names.ts';

/** Of the tables that a finding lists; hundreds filled a terminal. */
const tablesNamed = 10;

/** A statement to run when everything else of the database is done. */
export interface Deferred {
  run(): void;
}

/** One database being loaded: its sessions, its scheduler, and what is known of its relations. */
export class DatabaseLoad {
  readonly scheduler: Scheduler;
  readonly smallTables: SmallTables;
  readonly relations = new RelationMap();
  readonly known = new RelationKnowledge(this.relations, (look) => this.#look(look));
  readonly grants: CreateGrants;
  readonly unqualified = new UnqualifiedNames((question) => this.#on(question));
  readonly deferred: Deferred[] = [];
  /** Loads of tables that have begun, in order. */
  readonly tablesBegun: Task[] = [];
  readonly tablesSeen = new Set<string>();
  /** Every later table waits for it: a table whose rows run code that may read other tables. */
  lastOrdered: Task | null = null;
  /** From the first rows or index on, what locks allow runs side by side; before, strictly one by one. */
  parallel = false;
  /** The dump ended before its end: what was planned ahead and has not begun is not begun any more. */
  stopped = false;
  readonly sequentialTables: string[] = [];
  readonly name: string;
  /** The dump's name for it, as accounts carry it. */
  readonly dumpName: string;
  readonly settings: SessionSettings;
  readonly #slots: Slot[];
  readonly #context: AttemptContext;

  private constructor(context: AttemptContext, name: string, dumpName: string, settings: SessionSettings) {
    this.#context = context;
    this.name = name;
    this.dumpName = dumpName;
    this.settings = settings;
    this.grants = new CreateGrants(name);
    const startup = fastLoadSettings(context.facts, context.options.connections, parallelMaintenanceWorkers);
    const connect = async (): Promise<Session> => {
      const session = await Session.open(await context.connectionTo(name), startup, {
        lostWhenCancelled: context.forgivesCancels,
      });
      context.limit.watch(session);
      return session;
    };
    this.#slots = Array.from(
      { length: context.options.connections },
      (_, index) => new Slot(index === 0, connect, context.signal),
    );
    this.scheduler = new Scheduler(this.#slots, context.ending, () => context.book.rowsBytes);
    this.smallTables = new SmallTables(this.scheduler);
  }

  /** Makes ready to load a database, and makes it unless that is done. */
  static async open(
    context: AttemptContext,
    name: string,
    request: DatabaseRequest,
    settings: SessionSettings,
  ): Promise<DatabaseLoad> {
    await DatabaseLoad.make(context, name, request);
    return new DatabaseLoad(context, name, request.name, settings);
  }

  /** Makes the database unless this attempt already did. A cluster's databases exist even when nothing is in them. */
  static async make(context: AttemptContext, name: string, request: DatabaseRequest): Promise<void> {
    if (context.databasesMade.has(name)) return;
    const admin = await context.admin();
    // Before it is made: a connection that breaks then does not say whether it was.
    context.databasesMade.add(name);
    const findings = await createDatabase(admin, name, request, context.facts.majorVersion).catch((error) => {
      // What the server refused to make, for a name that is taken above all, is not ours to drop.
      if (error instanceof ServerError) context.databasesMade.delete(name);
      throw error;
    });
    for (const item of findings) context.book.find(item);
    context.book.databases.push({ dumpName: request.name, name });
  }

  /** Looks at the catalog on the main session, after the statements under way on it. */
  async #look(ask: (session: Session) => Promise<CatalogLook>): Promise<CatalogLook> {
    let found: CatalogLook = { relations: [], parents: [] };
    const work = this.scheduler.submit({
      locks: [],
      lane: 'main',
      kind: 'statement',
      estimate: () => Number.MAX_SAFE_INTEGER,
      run: async (slot) => {
        found = await ask(await slot.get());
      },
    });
    await this.scheduler.guard(work.done);
    return found;
  }

  traits(relation: RelationName): RelationTraits | null {
    return this.relations.find(relation);
  }

  /** Ends the database: what was deferred, what was lent, statistics. @throws what ended the restore */
  async finish(): Promise<void> {
    this.smallTables.flush();
    if (!this.stopped) await submitStatistics(this.#context, this);
    await this.scheduler.idle();
    this.#context.clock.touch('finishing');
    for (const { run } of this.deferred.splice(0)) {
      run();
      await this.scheduler.idle();
    }
    await this.takeBackGrants();
    await this.#lookForWaysOut();
    if (this.sequentialTables.length > 0) {
      this.#context.book.find(
        finding(
          'SEQUENTIAL_FALLBACK',
          `rows of ${listOf([...new Set(this.sequentialTables)], tablesNamed)} in database ${this.dumpName} were loaded in their order on one connection`,
        ),
      );
    }
    this.#context.clock.touch('finishing');
    await this.close();
  }

  /** Asks the catalog something, on any session that is free. @throws what ended the restore */
  ask(sql: string): Promise<(string | null)[][]> {
    return this.#on(async (session) => (await session.text(sql)).rows);
  }

  /** The names in a server's message that stand in the catalogue. @throws what ended the restore */
  namesInCatalogue(message: string): Promise<string[]> {
    return this.#on((session) => namesInCatalogue(session, message));
  }

  async #on<Answer>(question: (session: Session) => Promise<Answer>): Promise<Answer> {
    const answers: Answer[] = [];
    const work = this.scheduler.submit({
      locks: [],
      lane: 'any',
      kind: 'rows',
      estimate: () => 0,
      run: async (slot) => {
        answers.push(await question(await slot.get()));
      },
    });
    await this.scheduler.guard(work.done);
    const [answer] = answers;
    if (answer === undefined) throw new Error('a question to the catalog ended without an answer');
    return answer;
  }

  async #lookForWaysOut(): Promise<void> {
    const [servers, mappings] = waysOutSql;
    const names = async (sql: string): Promise<string[]> => (await this.ask(sql)).map(([name]) => name ?? '');
    const { watch, book } = this.#context;
    for (const words of waysOut(await names(servers), await names(mappings), watch.announced))
      book.find(finding('DUMP_TRIED_TO_ACT', `code of the dump ${words} in database ${this.dumpName}`));
  }

  async takeBackGrants(): Promise<void> {
    if (!this.grants.outstanding) return;
    const work = this.scheduler.submit({
      locks: [{ schema: null, name: '#acl', grade: 'exclusive' }],
      lane: 'main',
      kind: 'statement',
      estimate: () => Number.MAX_SAFE_INTEGER,
      run: async (slot) => this.grants.takeBack(await slot.get()),
    });
    await this.scheduler.guard(work.done);
  }

  async close(): Promise<void> {
    await Promise.all(this.#slots.map((slot) => slot.close()));
  }

  /** Ends at once, in the middle of whatever runs. */
  async abandon(reason: unknown): Promise<void> {
    this.scheduler.fail(reason);
    for (const slot of this.#slots) slot.discard();
    await this.scheduler.settled();
    for (const slot of this.#slots) slot.discard();
  }
}

/**
 * Workers that one index build may start. With several sessions building at once the cores are busy already.
 */
const parallelMaintenanceWorkers = 0;

/** How an entry is called while it is worked on. */
export const objectLabel = (entry: DumpEntry): string =>
  `${entry.type.toLowerCase()} ${entry.schema === null ? '' : `${entry.schema}.`}${entry.name}`;
