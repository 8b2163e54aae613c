import type { DumpEvent, Statement } from '../dump/dump-stream.ts';
import type { StatementPlan } from '../policy/decision.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { AttemptSpoiled } from './attempt-spoiled.ts';
import type { DatabaseLoad } from './database-load.ts';
import type { DatabaseName } from './decisions.ts';
import type { Hold } from './held-entries.ts';
import { insertBatch } from './insert-batch.ts';
import { decide } from './statement-decision.ts';
import { failedOutcome } from './statement-run.ts';
import type { Task } from './task-graph.ts';

type Inserts = Extract<DumpEvent, { kind: 'inserts' }>;

const insertPlan: StatementPlan = { kind: 'insert', locks: null, defer: false, roles: [] };

/** Loads the INSERT statements of one table: its batches keep their order, other tables load beside it. */
export class InsertLoad {
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #event: Inserts;
  readonly #open: OpenEntry;
  readonly #hold: Hold;
  readonly #label: string;
  readonly #schema: string;
  #previous: Task | null = null;

  /** The load of a table's INSERTs, which stand here in the dump. @throws what ended the restore */
  static async begin(
    context: AttemptContext,
    load: DatabaseLoad,
    event: Inserts,
    open: OpenEntry,
    hold: Hold | null,
  ): Promise<InsertLoad> {
    const schema = event.schema ?? (await load.unqualified.schemaOf(event.table, load.settings.snapshot));
    return new InsertLoad(context, load, event, open, { schema, hold });
  }

  private constructor(
    context: AttemptContext,
    load: DatabaseLoad,
    event: Inserts,
    open: OpenEntry,
    { schema, hold }: { schema: string; hold: Hold | null },
  ) {
    this.#context = context;
    this.#load = load;
    this.#event = event;
    this.#open = open;
    this.#schema = schema;
    open.call('TABLE DATA', { schema, name: event.table });
    this.#hold = hold ?? load.scheduler.hold([{ schema, name: event.table, grade: 'rows' }]);
    this.#label = `${schema}.${event.table}`;
  }

  belongs(event: Inserts): boolean {
    return (
      event.schema === this.#event.schema &&
      event.table === this.#event.table &&
      event.entry.id === this.#event.entry.id
    );
  }

  /** One batch. @throws what ended the restore */
  async add(statements: Statement[], name: DatabaseName): Promise<void> {
    const context = this.#context;
    const load = this.#load;
    const open = this.#open;
    const event = this.#event;
    await load.known.of([{ schema: this.#schema, name: event.table }]);
    // As the policy lets each run, which may be another text than the dump's.
    const allowed = statements.flatMap(
      (statement) => decide(context, event.entry, statement, open, name)?.statements ?? [],
    );
    const account = context.book.table(load.dumpName, this.#schema, event.table);
    await load.scheduler.room();
    const settings = load.settings.snapshot;
    open.begin();
    context.clock.touch('data');
    this.#previous = load.scheduler.submit({
      locks: [],
      after: this.#before(),
      lane: 'any',
      kind: 'rows',
      estimate: () => 0,
      run: async (slot) => {
        const startedAt = performance.now();
        const session = await slot.get();
        await session.apply(settings);
        const outcome = await insertBatch(session, allowed).catch((error) => {
          if (error instanceof AttemptSpoiled) slot.discard();
          throw error;
        });
        const seconds = (performance.now() - startedAt) / 1000;
        account.rowsLoaded += outcome.rowsLoaded;
        // A statement that failed held at least one row; the difference is what the checks will see.
        account.rowsInDump +=
          outcome.rowsLoaded + outcome.failures.length + (statements.length - allowed.length);
        account.bytes += statements.reduce((sum, { sql }) => sum + sql.length, 0);
        account.seconds += seconds;
        context.book.rowsLoaded += outcome.rowsLoaded;
        context.clock.touch('data');
        context.progress(this.#label);
        const first = outcome.failures[0];
        open.end(
          first === undefined
            ? { status: 'restored' }
            : await failedOutcome(context, {
                entry: { ...event.entry, statements: [first.statement] },
                plan: insertPlan,
                error: first.error,
                session,
                rows: account,
              }),
          seconds,
        );
      },
    });
  }

  /** No more INSERTs into this table come here. */
  end(): void {
    this.#open.close();
    const done = this.#previous?.done ?? Promise.resolve();
    this.#load.tablesBegun.push(this.#hold.task);
    if (this.#readsOthers()) this.#load.lastOrdered = this.#hold.task;
    done.then(() => this.#hold.release());
  }

  #readsOthers(): boolean {
    const traits = this.#load.traits({ schema: this.#schema, name: this.#event.table });
    return traits === null || traits.ordered !== null;
  }

  #before(): Task[] {
    if (this.#previous !== null) return [this.#previous];
    if (this.#readsOthers()) return [...this.#load.tablesBegun];
    return this.#load.lastOrdered === null ? [] : [this.#load.lastOrdered];
  }
}
