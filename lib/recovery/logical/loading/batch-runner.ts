import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import type { AttemptContext } from './attempt-context.ts';
import { type DatabaseLoad, objectLabel } from './database-load.ts';
import { everything, type Lock } from './locks.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';
import { type BatchedItem, type BatchedRows, StatementBatch, sendTogether } from './statement-batch.ts';
import type { Decided } from './statement-decision.ts';
import { parallelKinds, serial } from './statement-kinds.ts';
import { locksOf } from './statement-locks.ts';
import { restoredBy, type StatementRunner } from './statement-runner.ts';
import type { StatementWork } from './statement-work.ts';

/** Gathers short statements of one database and runs them together. */
export class BatchRunner {
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #work: StatementWork;
  readonly #statements: StatementRunner;
  /** Statements that are not sent yet. */
  #batch: StatementBatch | null = null;
  /** The batch in the dump's order that is under way, while the next is gathered. */
  #underWay: Promise<void> | null = null;

  constructor(context: AttemptContext, load: DatabaseLoad, work: StatementWork, statements: StatementRunner) {
    this.#context = context;
    this.#load = load;
    this.#work = work;
    this.#statements = statements;
  }

  /** Takes a short statement; first sends what is full, or what it cannot go with. @throws what ended the restore */
  async add(entry: DumpEntry, open: OpenEntry, decision: Decided, settings: SettingsSnapshot): Promise<void> {
    const { plan } = decision;
    const [statement] = decision.statements;
    if (statement === undefined) return open.leave();
    let lane: string = serial;
    let locks: Lock[] = [];
    if (this.#load.parallel && parallelKinds.has(plan.kind)) {
      // What is not sent yet may have made the relations that are looked for.
      if (this.#batch?.lane === serial || this.#underWay !== null) await this.flush();
      if (plan.locks !== null) await this.#load.known.of(plan.locks);
      const found = locksOf(this.#load.relations, entry, decision);
      locks = found.locks;
      if (!found.barrier) lane = plan.kind;
    }
    const batch = this.#batch;
    if (batch !== null && (batch.isFull || batch.lane !== lane || batch.settings !== settings))
      await this.#send();
    this.#batch ??= new StatementBatch(lane, settings);
    this.#batch.add({ kind: 'statement', entry, open, decision, statement }, locks);
  }

  /** Whether a statement that is not sent yet makes this table, under the settings that hold now. */
  makes(schema: string, name: string): boolean {
    const batch = this.#batch;
    return batch !== null && batch.settings === this.#load.settings.snapshot && batch.makes(schema, name);
  }

  /** Rows of a table that `makes` told of, before anything was sent since. */
  addRows(rows: BatchedRows): void {
    // Rows that no batch takes would be lost, and nobody would count them.
    if (this.#batch === null)
      throw new Error(`the statement that makes ${rows.label} was sent without its rows`);
    this.#batch.addRows(rows);
  }

  /** Sends what waits to go together. Call it before anything else is done to the database. @throws what ended the restore */
  async flush(): Promise<void> {
    await this.#send();
    await this.#underWay;
    this.#underWay = null;
  }

  async #send(): Promise<void> {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    await this.#underWay;
    this.#underWay = null;
    const { scheduler } = this.#load;
    await scheduler.roomForStatement();
    const isSerial = batch.lane === serial;
    const rest = [...batch.items];
    const estimates = batch.items.map((item) =>
      item.kind === 'rows' ? 0 : this.#work.estimate(item.decision),
    );
    const settled: (() => Promise<void>)[] = [];
    const task = scheduler.submit({
      locks: isSerial ? [everything] : batch.locks,
      lane: isSerial ? 'main' : 'any',
      ...(batch.lane === 'add foreign key' ? { family: 'foreign keys' } : {}),
      kind: 'statement',
      textBytes: batch.bytes,
      estimate: () => Math.max(...estimates),
      run: (slot, alone) => this.#run(slot, rest, batch.settings, alone, settled),
    });
    if (!isSerial) return;
    this.#underWay = this.#ended(scheduler.guard(task.done), settled);
    // Whoever flushes next is told.
    this.#underWay.catch(() => {});
  }

  async #ended(done: Promise<void>, settled: readonly (() => Promise<void>)[]): Promise<void> {
    await done;
    this.#load.known.changed();
    // What became of rows is asked of the server too: not while the batch still holds its session.
    for (const settle of settled) await settle();
  }

  /**
   * @param rest what is not done yet: done ones are taken out, so that a second run begins after them
   * @param settled what is to be done about rows, once the session is free again
   */
  async #run(
    slot: Slot,
    rest: BatchedItem[],
    settings: SettingsSnapshot,
    alone: boolean,
    settled: (() => Promise<void>)[],
  ): Promise<void> {
    for (let first = rest[0]; first !== undefined; first = rest[0]) {
      if (this.#load.stopped) {
        for (const item of rest.splice(0)) if (item.kind === 'statement') item.open.leave();
        return;
      }
      if (rest.length === 1 && first.kind === 'statement') {
        await this.#statements.run(slot, first, settings, alone);
        rest.shift();
        return;
      }
      const startedAt = performance.now();
      const label = first.kind === 'rows' ? first.rows.label : objectLabel(first.entry);
      this.#context.progress(label);
      if (first.kind === 'statement') this.#statements.touchPhase(first.entry);
      const session = await slot.get();
      await session.apply(settings);
      const { done, copied, error } = await sendTogether(session, rest, label);
      const seconds = (performance.now() - startedAt) / 1000 / rest.length;
      for (const item of rest.splice(0, done)) {
        if (item.kind === 'statement') item.open.end(restoredBy(item.decision), seconds);
        else {
          const rowsLoaded = copied.shift() ?? 0;
          settled.push(() => item.rows.settle(rowsLoaded, seconds, null));
        }
      }
      const [failed] = rest;
      if (error === null || failed === undefined) continue;
      if (failed.kind === 'rows') settled.push(() => failed.rows.settle(0, seconds, { error, firstRow: 0 }));
      // By itself it meets its error again, or the lock that it has to wait for.
      else if (!(await this.#statements.ranOutOfTime(failed, error, session)))
        await this.#statements.run(slot, failed, settings, alone);
      rest.shift();
    }
    this.#context.clock.touch(this.#load.parallel ? 'post-data' : 'pre-data');
  }
}
