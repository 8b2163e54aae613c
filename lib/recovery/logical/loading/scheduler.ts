import type { EndSignal } from './end-signal.ts';
import type { Lock } from './locks.ts';
import { type LaneName, ReadyQueue } from './ready-queue.ts';
import { RunningTasks } from './running-tasks.ts';
import type { Slot } from './slot.ts';
import { type Node, RetryAlone, type Task, TaskGraph, type Work } from './task-graph.ts';

/** Statements that may wait or run before the reader waits too, and the bytes of their text. */
const roomForStatements = { count: 256, bytes: 16 * 1024 ** 2 };

/**
 * Runs work over N sessions in an order that is equivalent to the order of submission: a task waits for every earlier
 * unfinished task whose locks conflict with its own, and for nothing else. So what psql does one by one overlaps
 * wherever PostgreSQL's locks allow, and no statement of ours ever waits for a lock of ours inside the server.
 */
export class Scheduler {
  readonly #ready = new ReadyQueue();
  readonly #graph = new TaskGraph((node) => this.#ready.raised(node));
  /** Tasks that run again while nothing else does. */
  readonly #lonely = new Set<Node>();
  readonly #free: Slot[];
  readonly #slots: number;
  readonly #running = new Set<Promise<void>>();
  readonly #active = new RunningTasks();
  #runningStatements = 0;
  #rowsTasks = 0;
  #statementTasks = 0;
  #statementBytes = 0;
  #holds = 0;
  #announcedHolds = 0;
  #idleWaiters: (() => void)[] = [];
  #roomWaiters: (() => void)[] = [];

  readonly #ending: EndSignal;

  /** Bytes of rows read so far: what the weight of a chain is compared with. */
  readonly #rowsBytes: () => number;

  /** @param slots the first is the main session's. @param ending ends every wait; the scheduler ends it when work fails */
  constructor(slots: Slot[], ending: EndSignal, rowsBytes: () => number) {
    this.#rowsBytes = rowsBytes;
    this.#free = [...slots];
    this.#slots = slots.length;
    this.#ending = ending;
  }

  submit(work: Work): Task {
    const node = this.#graph.enter(work, work.locks, work.after ?? [], work.within ?? null);
    this.#weigh(work, 1);
    if (node.blockers === 0) this.#enqueue(node);
    return node;
  }

  /**
   * Keeps relations locked as if a task were running, until `release`: a table whose rows are still to come.
   * @param announced the rows stand further on in the dump, so that reading on is what releases it
   */
  hold(locks: Lock[], announced = false): { task: Task; release(): void } {
    const node = this.#graph.enter(null, locks, [], null);
    this.#holds += 1;
    if (announced) this.#announcedHolds += 1;
    return {
      task: node,
      release: () => {
        if (node.ended) return;
        this.#holds -= 1;
        if (announced) this.#announcedHolds -= 1;
        if (this.#announcedHolds === 0) this.#wakeReader();
        for (const lock of locks) this.#graph.reestimate(lock);
        this.#leave(node);
        this.#dispatch();
      },
    };
  }

  /** Resolves when nothing is outstanding. @throws what ended the restore */
  async idle(): Promise<void> {
    await this.guard(
      this.#graph.outstanding.size === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => this.#idleWaiters.push(resolve)),
    );
  }

  /** Back-pressure: resolves when fewer than two chunks per session wait or run. @throws what ended the restore */
  async room(): Promise<void> {
    while (this.#rowsTasks >= this.#slots * 2) {
      await this.guard(new Promise<void>((resolve) => this.#roomWaiters.push(resolve)));
    }
  }

  /**
   * Back-pressure for statements. While rows are announced that may be what the statements wait for, the reader reads on.
   * @throws what ended the restore
   */
  async roomForStatement(): Promise<void> {
    const { count, bytes } = roomForStatements;
    while (this.#announcedHolds === 0 && (this.#statementTasks >= count || this.#statementBytes >= bytes)) {
      await this.guard(new Promise<void>((resolve) => this.#roomWaiters.push(resolve)));
    }
  }

  /** Sessions that have nothing to do, and for which nothing waits. */
  get idleSessions(): number {
    return Math.max(0, this.#free.length - this.#ready.size);
  }

  /** Sessions that no index build or other statement holds now. */
  get sessionsForRows(): number {
    return this.#slots - this.#runningStatements;
  }

  /** Waits for a promise, or for the end of the restore, whichever comes first. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return this.#ending.guard(promise);
  }

  fail(error: unknown): void {
    this.#ready.clear();
    this.#lonely.clear();
    this.#ending.end(error);
  }

  /** Resolves when no task is running any more; nothing new starts after `fail`. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  #leave(node: Node): void {
    for (const ready of this.#graph.leave(node)) this.#ready.add(ready);
    if (this.#graph.outstanding.size === 0) for (const wake of this.#idleWaiters.splice(0)) wake();
  }

  #enqueue(node: Node): void {
    this.#ready.add(node);
    this.#dispatch();
  }

  #dispatch(): void {
    while (!this.#ending.isEnded && this.#free.length > 0) {
      const choice = this.#choose();
      if (choice === null) return;
      this.#start(
        [choice.node, ...this.#ready.takeCompanyOf(choice.node, this.#slots, this.#mayStart)],
        choice.slot,
      );
    }
  }

  #choose(): { node: Node; slot: Slot } | null {
    const [lonely] = this.#lonely;
    if (lonely !== undefined && this.#running.size > 0) return null;
    const best = lonely ?? this.#mostUrgent();
    if (best === null) return null;
    const main = this.#free.findIndex((slot) => slot.main);
    // The main session is taken last by work that any session can do, so that ordered work finds it free.
    const other = this.#free.findIndex((slot) => !slot.main);
    const index = best.work?.lane === 'main' || other === -1 ? main : other;
    const slot = this.#free[index];
    if (slot === undefined) return null;
    this.#free.splice(index, 1);
    this.#ready.remove(best);
    this.#lonely.delete(best);
    return { node: best, slot };
  }

  #mostUrgent(): Node | null {
    const mainIsFree = this.#free.some((slot) => slot.main);
    // While tables still wait for rows one session stays free for them: the reader must not stall behind index builds,
    // and rows free further indexes to build.
    const limit = this.#holds > 0 && this.#slots > 1 ? this.#slots - 1 : this.#slots;
    const lanes: LaneName[] = ['rows'];
    if (this.#runningStatements < limit) lanes.push('any', ...(mainIsFree ? (['main'] as const) : []));
    let best: Node | null = null;
    for (const head of this.#ready.heads(lanes, this.#mayStart))
      if (best === null || this.#before(head, best)) best = head;
    return best;
  }

  readonly #mayStart = (node: Node): boolean => !this.#active.holdUp(node);

  /**
   * Rows come first, because they free further work. But a chain that outweighs all rows so far (a GIN index of a large
   * table) decides when everything ends: it starts at once, beside the rows.
   */
  #before(a: Node, b: Node): boolean {
    const rank = ({ work, urgency }: Node): number => {
      if (work?.kind === 'rows') return 1;
      return urgency > this.#rowsBytes() ? 2 : 0;
    };
    const ranked = rank(a) - rank(b);
    const larger = ranked !== 0 ? ranked : a.urgency - b.urgency;
    return larger !== 0 ? larger > 0 : a.order < b.order;
  }

  #start(nodes: readonly Node[], slot: Slot): void {
    const isStatement = nodes[0]?.work?.kind === 'statement';
    if (isStatement) this.#runningStatements += 1;
    for (const node of nodes) this.#active.add(node);
    const run = this.#execute(nodes, slot).then((done) => {
      this.#free.push(slot);
      for (const node of nodes) this.#active.remove(node);
      if (isStatement) this.#runningStatements -= 1;
      for (const node of nodes.slice(0, done)) this.#ended(node);
      const [failed, ...others] = nodes.slice(done);
      if (failed !== undefined) this.#again(failed);
      for (const node of others) this.#ready.add(node);
      this.#running.delete(run);
      this.#dispatch();
    });
    this.#running.add(run);
  }

  /** @returns how many of them are done, counted from the first */
  async #execute(nodes: readonly Node[], slot: Slot): Promise<number> {
    const [first] = nodes;
    const companies = nodes.flatMap(({ work }) => work?.company ?? []);
    try {
      if (nodes.length > 1 && companies[0] !== undefined)
        return await companies[0].group.run(
          slot,
          companies.map(({ statement }) => statement),
        );
      await first?.work?.run(slot, first.alone, this.idleSessions);
    } catch (error) {
      if (nodes.length === 1 && error instanceof RetryAlone && first?.alone === false) {
        first.alone = true;
        return 0;
      }
      this.fail(error);
    }
    return nodes.length;
  }

  #again(node: Node): void {
    node.byItself = true;
    if (node.alone) this.#lonely.add(node);
    else this.#ready.add(node);
  }

  #ended(node: Node): void {
    if (node.work !== null) this.#weigh(node.work, -1);
    this.#wakeReader();
    this.#leave(node);
  }

  #weigh({ kind, textBytes = 0 }: Work, sign: 1 | -1): void {
    if (kind === 'rows') this.#rowsTasks += sign;
    else {
      this.#statementTasks += sign;
      this.#statementBytes += sign * textBytes;
    }
  }

  #wakeReader(): void {
    for (const wake of this.#roomWaiters.splice(0)) wake();
  }
}
