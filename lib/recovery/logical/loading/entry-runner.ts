import type { AnnouncedObject, EntryOutcome } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import { announcedObject, createdIndex } from './announced-objects.ts';
import type { AttemptContext } from './attempt-context.ts';
import type { Session } from './connection.ts';
import { type DatabaseLoad, objectLabel } from './database-load.ts';
import { everything, type Lock, readsEverything } from './locks.ts';
import { isLockTrouble, ServerError } from './server-error.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Slot } from './slot.ts';
import { type BatchedStatement, StatementBatch, sendTogether } from './statement-batch.ts';
import type { Decided } from './statement-decision.ts';
import { isShort, parallelKinds, serial, startsPostData } from './statement-kinds.ts';
import { failedOutcome, runStatements } from './statement-run.ts';
import { StatementWork } from './statement-work.ts';
import { RetryAlone, type Task, type Work } from './task-graph.ts';

const restoredBy = ({ rule }: Decided): EntryOutcome =>
  rule === null ? { status: 'restored' } : { status: 'restored with changes', rule };

/** Runs the statements of entries in one database, in order or side by side. */
export class EntryRunner {
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #work: StatementWork;
  /** Statements that are not sent yet. */
  #batch: StatementBatch | null = null;

  constructor(context: AttemptContext, load: DatabaseLoad) {
    this.#context = context;
    this.#load = load;
    this.#work = new StatementWork(context.book, load.dumpName);
  }

  /**
   * One decided statement. Resolves when the next may be submitted; what runs side by side may still be under way.
   * @param after tasks of the entries this one depends on @param neverWait for planning ahead: only submit
   */
  async submit(
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    after: Task[] = [],
    neverWait = false,
  ): Promise<Task | null> {
    const { plan } = decision;
    const announced = announcedObject(this.#load.dumpName, entry, plan);
    if (announced !== null) {
      const placed = await this.#placed(announced);
      this.#context.book.announce(placed);
      open.call(placed.type, placed);
    }
    if (startsPostData.has(plan.kind)) this.#load.parallel = true;
    if (plan.kind === 'grant' && this.#load.grants.outstanding) await this.#load.takeBackGrants();
    const [sequence] = plan.kind === 'sequence value' ? (plan.locks ?? []) : [];
    if (sequence !== undefined) open.call('SEQUENCE SET', sequence);
    open.begin();
    const settings = this.#load.settings.snapshot;
    if (!neverWait && isShort(decision, this.#work.bytesReadBy(decision))) {
      await this.#addToBatch(entry, open, decision, settings);
      return null;
    }
    await this.flush();
    if (!neverWait) await this.#load.scheduler.roomForStatement();
    if (plan.defer) {
      this.#load.deferred.push({
        run: () =>
          this.#enqueue(entry, open, decision, settings, { locks: [everything], lane: 'main', after: [] }),
      });
      return null;
    }
    const overlap = this.#load.parallel && parallelKinds.has(plan.kind);
    if (overlap && plan.locks !== null && !neverWait) await this.#load.known.of(plan.locks);
    const { locks, barrier } =
      plan.kind === 'set' ? { locks: [], barrier: false } : this.#locksOf(entry, decision);
    const lane = overlap && !barrier ? 'any' : 'main';
    const task = this.#enqueue(entry, open, decision, settings, {
      locks: overlap || plan.kind === 'set' ? locks : [everything],
      lane,
      after,
    });
    if (!neverWait && (!overlap || barrier)) {
      await this.#load.scheduler.guard(task.done);
      this.#load.known.changed();
    }
    return task;
  }

  /** A table that neither its statement nor a header gives a schema is made in the first of the path. */
  async #placed(announced: AnnouncedObject): Promise<AnnouncedObject> {
    if (announced.type !== 'TABLE' || announced.schema !== null) return announced;
    await this.flush();
    const schema = await this.#load.unqualified.schemaOfNew(this.#load.settings.snapshot);
    return { ...announced, schema };
  }

  /** Sends what waits to go together. Call it before anything else is done to the database. @throws what ended the restore */
  async flush(): Promise<void> {
    const batch = this.#batch;
    if (batch === null) return;
    this.#batch = null;
    const { scheduler } = this.#load;
    await scheduler.roomForStatement();
    const isSerial = batch.lane === serial;
    const rest = [...batch.items];
    const task = scheduler.submit({
      locks: isSerial ? [everything] : batch.locks,
      lane: isSerial ? 'main' : 'any',
      ...(batch.lane === 'add foreign key' ? { family: 'foreign keys' } : {}),
      kind: 'statement',
      textBytes: batch.bytes,
      estimate: () => Math.max(...batch.items.map(({ decision }) => this.#work.estimate(decision))),
      run: (slot, alone) => this.#runBatch(slot, rest, batch.settings, alone),
    });
    if (!isSerial) return;
    await scheduler.guard(task.done);
    this.#load.known.changed();
  }

  async #addToBatch(
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    settings: SettingsSnapshot,
  ): Promise<void> {
    const { plan } = decision;
    const [statement] = decision.statements;
    if (statement === undefined) return open.leave();
    let lane: string = serial;
    let locks: Lock[] = [];
    if (this.#load.parallel && parallelKinds.has(plan.kind)) {
      // What is not sent yet may have made the relations that are looked for.
      if (this.#batch?.lane === serial) await this.flush();
      if (plan.locks !== null) await this.#load.known.of(plan.locks);
      const found = this.#locksOf(entry, decision);
      locks = found.locks;
      if (!found.barrier) lane = plan.kind;
    }
    if (this.#batch !== null && (this.#batch.lane !== lane || this.#batch.settings !== settings))
      await this.flush();
    this.#batch ??= new StatementBatch(lane, settings);
    this.#batch.add({ entry, open, decision, statement }, locks);
    if (this.#batch.isFull) await this.flush();
  }

  /** @param rest what is not done yet: done ones are taken out, so that a second run begins after them */
  async #runBatch(
    slot: Slot,
    rest: BatchedStatement[],
    settings: SettingsSnapshot,
    alone: boolean,
  ): Promise<void> {
    for (let first = rest[0]; first !== undefined; first = rest[0]) {
      if (this.#load.stopped) {
        for (const { open } of rest.splice(0)) open.leave();
        return;
      }
      if (rest.length === 1) {
        await this.#run(slot, first.entry, first.open, first.decision, settings, alone);
        rest.shift();
        return;
      }
      const startedAt = performance.now();
      const label = objectLabel(first.entry);
      this.#context.progress(label);
      this.#touchPhase(first.entry);
      const session = await slot.get();
      await session.apply(settings);
      const { done, error } = await sendTogether(session, rest, label);
      const seconds = (performance.now() - startedAt) / 1000 / rest.length;
      for (const { open, decision } of rest.splice(0, done)) open.end(restoredBy(decision), seconds);
      const [failed] = rest;
      if (error === null || failed === undefined) continue;
      const { entry, open, decision } = failed;
      // By itself it meets its error again, or the lock that it has to wait for; code that never ends would not end then either.
      if (error.limitSeconds === null) await this.#run(slot, entry, open, decision, settings, alone);
      else {
        const work = { entry, plan: decision.plan, error, session };
        open.end(await failedOutcome(this.#context, work), error.limitSeconds);
      }
      rest.shift();
    }
    this.#context.clock.touch(this.#load.parallel ? 'post-data' : 'pre-data');
  }

  #touchPhase({ section }: DumpEntry): void {
    const phase =
      section === 'pre-data' || (section === null && !this.#load.parallel) ? 'pre-data' : 'post-data';
    this.#context.clock.touch(phase);
  }

  #locksOf(entry: DumpEntry, decision: Decided): { locks: Work['locks']; barrier: boolean } {
    // The statement's own name for the view is the entry's; what the view reads is not known.
    if (
      decision.plan.kind === 'refresh materialized view' &&
      entry.type === 'MATERIALIZED VIEW DATA' &&
      entry.schema !== null
    )
      return {
        locks: [{ schema: entry.schema, name: entry.name, grade: 'exclusive' }, readsEverything],
        barrier: false,
      };
    const text = decision.statements[0]?.sql.slice(0, 200) ?? '';
    // Locking partitions too much only costs time, too little only a deadlock that is retried: a guess is enough here.
    const recurses = !/\bONLY\b/.test(text);
    return this.#load.relations.locksOf(decision.plan, recurses, createdIndex(entry, decision.plan));
  }

  #enqueue(
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    settings: SettingsSnapshot,
    where: Pick<Work, 'locks' | 'lane'> & { after: Task[] },
  ): Task {
    return this.#load.scheduler.submit({
      ...where,
      ...(decision.plan.kind === 'add foreign key' ? { family: 'foreign keys' } : {}),
      kind: 'statement',
      textBytes: decision.statements.reduce((sum, { sql }) => sum + sql.length, 0),
      estimate: () => this.#work.estimate(decision),
      run: (slot, alone) => this.#run(slot, entry, open, decision, settings, alone),
    });
  }

  async #run(
    slot: Slot,
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    settings: SettingsSnapshot,
    alone: boolean,
  ): Promise<void> {
    const context = this.#context;
    const load = this.#load;
    const { plan } = decision;
    if (load.stopped) return open.leave();
    const startedAt = performance.now();
    const label = objectLabel(entry);
    context.progress(label);
    this.#touchPhase(entry);
    const missingRoles = plan.roles.length === 0 ? [] : await context.roles.ensure(plan.roles);
    const seconds = (): number => (performance.now() - startedAt) / 1000;
    let session: Session | null = null;
    try {
      session = await slot.get();
      await session.apply(settings);
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
      this.#touchPhase(entry);
    }
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
