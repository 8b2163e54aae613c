import type { AnnouncedObject } from '../../../domain/recovery/restore-account.ts';
import type { DumpEntry } from '../dump/dump-stream.ts';
import type { OpenEntry } from './account-book.ts';
import { announcedObject } from './announced-objects.ts';
import type { AttemptContext } from './attempt-context.ts';
import { BatchRunner } from './batch-runner.ts';
import type { DatabaseLoad } from './database-load.ts';
import { everything } from './locks.ts';
import type { SettingsSnapshot } from './session-settings.ts';
import type { Decided } from './statement-decision.ts';
import { StatementGroup } from './statement-group.ts';
import { isShort, parallelKinds, startsPostData } from './statement-kinds.ts';
import { locksOf } from './statement-locks.ts';
import { StatementRunner } from './statement-runner.ts';
import { type StatementPlace, StatementTask, type StatementTools } from './statement-task.ts';
import { StatementWork } from './statement-work.ts';
import type { Task } from './task-graph.ts';

/** Runs the statements of entries in one database, in order or side by side. */
export class EntryRunner {
  readonly #context: AttemptContext;
  readonly #load: DatabaseLoad;
  readonly #work: StatementWork;
  readonly #statements: StatementRunner;
  readonly batches: BatchRunner;
  #tools: StatementTools | null = null;

  constructor(context: AttemptContext, load: DatabaseLoad) {
    this.#context = context;
    this.#load = load;
    this.#work = new StatementWork(context.book, load.dumpName);
    this.#statements = new StatementRunner(context, load, this.#work);
    this.batches = new BatchRunner(context, load, this.#work, this.#statements);
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
    if (plan.kind === 'grant' && this.#load.grants.outstanding) {
      // Changes of owner that are not sent yet need what was lent.
      await this.batches.flush();
      await this.#load.takeBackGrants();
    }
    const [sequence] = plan.kind === 'sequence value' ? (plan.locks ?? []) : [];
    if (sequence !== undefined) open.call('SEQUENCE SET', sequence);
    open.begin();
    const settings = this.#load.settings.snapshot;
    if (!neverWait && this.#isShort(decision)) {
      await this.batches.add(entry, open, decision, settings);
      return null;
    }
    await this.batches.flush();
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
      plan.kind === 'set' ? { locks: [], barrier: false } : locksOf(this.#load.relations, entry, decision);
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
    await this.batches.flush();
    const schema = await this.#load.unqualified.schemaOfNew(this.#load.settings.snapshot);
    return { ...announced, schema };
  }

  #enqueue(
    entry: DumpEntry,
    open: OpenEntry,
    decision: Decided,
    settings: SettingsSnapshot,
    place: StatementPlace,
  ): Task {
    return this.#load.scheduler.submit(
      new StatementTask(entry, open, decision, place, this.#toolsUnder(settings)),
    );
  }

  /** Whether it takes less than a round trip, and nothing is to be done before it. */
  #isShort(decision: Decided): boolean {
    const { roles, owner } = decision.plan;
    const isPrepared =
      this.#context.roles.areReady(roles) &&
      (owner === undefined || this.#load.grants.isSettled(owner.role, owner.schema));
    return isPrepared && isShort(decision, this.#work.bytesReadBy(decision));
  }

  #toolsUnder(settings: SettingsSnapshot): StatementTools {
    if (this.#tools?.group.settings !== settings) {
      const [statements, work] = [this.#statements, this.#work];
      const group = new StatementGroup(this.#context, this.#load, statements, settings);
      this.#tools = { group, statements, work, isShort: (decision) => this.#isShort(decision) };
    }
    return this.#tools;
  }
}
