import { conflict, type Lock } from './locks.ts';
import type { Slot } from './slot.ts';

/** A piece of work for one session. */
export interface Work {
  locks: Lock[];
  /** Tasks that must have ended before, whatever their locks: an archive's true dependencies. */
  after?: Task[];
  /**
   * Work of one family is the same in any order (foreign keys): it is kept apart where locks conflict, but nothing waits
   * for an earlier member that itself still waits.
   */
  family?: string;
  /** A hold this work belongs to, and so does not wait for. */
  within?: Task;
  /** `main`: the session that everything ordered shares. */
  lane: 'main' | 'any';
  kind: 'rows' | 'statement';
  /** Estimated work; of the ready tasks the one at the head of the longest chain starts first. */
  estimate: number;
  /** Must handle what it expects; whatever it throws ends the restore. `alone`: nothing else is running. */
  run(slot: Slot, alone: boolean): Promise<'done' | 'retry alone'>;
}

/** Submitted work, or a hold on relations until it is released. */
export interface Task {
  readonly done: Promise<void>;
}

interface Node extends Task {
  work: Work | null;
  order: number;
  locks: Lock[];
  /** Estimate of this task and of the longest chain that waits for it: what to start first. */
  urgency: number;
  blockers: number;
  blockedBy: Node[];
  waiting: Node[];
  ended: boolean;
  alone: boolean;
  end(): void;
}

/**
 * Runs work over N sessions in an order that is equivalent to the order of submission: a task waits for every earlier
 * unfinished task whose locks conflict with its own, and for nothing else. So what psql does one by one overlaps
 * wherever PostgreSQL's locks allow, and no statement of ours ever waits for a lock of ours inside the server.
 */
export class Scheduler {
  /** Rejects once the restore cannot go on. */
  readonly failure: Promise<never>;
  private rejectFailure: (error: unknown) => void = () => {};
  private failed = false;
  private order = 0;
  private readonly outstanding = new Set<Node>();
  private readonly byName = new Map<string, Set<Node>>();
  private readonly ready: Node[] = [];
  private readonly free: Slot[];
  private readonly slots: number;
  private readonly running = new Set<Promise<void>>();
  private readonly active = new Set<Node>();
  private runningStatements = 0;
  private rowsTasks = 0;
  private holds = 0;
  private idleWaiters: (() => void)[] = [];
  private roomWaiters: (() => void)[] = [];

  /** @param slots the first is the main session's. */
  constructor(slots: Slot[]) {
    this.free = [...slots];
    this.slots = slots.length;
    this.failure = new Promise((_, reject) => {
      this.rejectFailure = reject;
    });
    this.failure.catch(() => {});
  }

  submit(work: Work): Task {
    const node = this.enter(work, work.locks, work.after ?? [], work.within ?? null);
    if (work.kind === 'rows') this.rowsTasks += 1;
    if (node.blockers === 0) this.enqueue(node);
    return node;
  }

  /** Keeps relations locked as if a task were running, until `release`: a table whose rows are still to come. */
  hold(locks: Lock[]): { task: Task; release(): void } {
    const node = this.enter(null, locks, [], null);
    this.holds += 1;
    return {
      task: node,
      release: () => {
        if (node.ended) return;
        this.holds -= 1;
        this.leave(node);
        this.dispatch();
      },
    };
  }

  /** Resolves when nothing is outstanding. @throws what ended the restore */
  async idle(): Promise<void> {
    await this.guard(
      this.outstanding.size === 0
        ? Promise.resolve()
        : new Promise<void>((resolve) => this.idleWaiters.push(resolve)),
    );
  }

  /** Back-pressure: resolves when fewer than two chunks per session wait or run. @throws what ended the restore */
  async room(): Promise<void> {
    while (this.rowsTasks >= this.slots * 2) {
      await this.guard(new Promise<void>((resolve) => this.roomWaiters.push(resolve)));
    }
  }

  /** Waits for a promise, or for the end of the restore, whichever comes first. */
  guard<T>(promise: Promise<T>): Promise<T> {
    return Promise.race([promise, this.failure]);
  }

  fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    this.ready.length = 0;
    this.rejectFailure(error);
  }

  /** Resolves when no task is running any more; nothing new starts after `fail`. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  private enter(work: Work | null, locks: Lock[], after: Task[], within: Task | null): Node {
    let end = (): void => {};
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.order += 1;
    const node: Node = {
      work,
      order: this.order,
      locks,
      urgency: work?.estimate ?? 0,
      blockers: 0,
      blockedBy: [],
      waiting: [],
      ended: false,
      alone: false,
      done,
      end,
    };
    const blockers = new Set<Node>();
    for (const earlier of this.candidates(locks)) {
      if (earlier === within || sameFamily(work, earlier.work)) continue;
      if (collide({ locks }, earlier)) blockers.add(earlier);
    }
    for (const earlier of this.outstanding) if (after.includes(earlier)) blockers.add(earlier);
    for (const blocker of blockers) blocker.waiting.push(node);
    node.blockers = blockers.size;
    node.blockedBy = [...blockers];
    raiseUrgency(node);
    this.outstanding.add(node);
    for (const { name } of locks) {
      const sharing = this.byName.get(name) ?? new Set();
      sharing.add(node);
      this.byName.set(name, sharing);
    }
    return node;
  }

  /** Outstanding tasks that may conflict: those that name one of the relations, and those on everything. */
  private candidates(locks: Lock[]): Iterable<Node> {
    if (locks.some((lock) => lock.name === '*')) return this.outstanding;
    const found = new Set<Node>(this.byName.get('*'));
    for (const { name } of locks) for (const node of this.byName.get(name) ?? []) found.add(node);
    return found;
  }

  private leave(node: Node): void {
    node.ended = true;
    this.outstanding.delete(node);
    for (const { name } of node.locks) {
      const sharing = this.byName.get(name);
      sharing?.delete(node);
      if (sharing?.size === 0) this.byName.delete(name);
    }
    node.end();
    for (const waiting of node.waiting) {
      waiting.blockers -= 1;
      if (waiting.blockers === 0 && waiting.work !== null) this.ready.push(waiting);
    }
    node.waiting = [];
    node.blockedBy = [];
    if (this.outstanding.size === 0) for (const wake of this.idleWaiters.splice(0)) wake();
  }

  private enqueue(node: Node): void {
    this.ready.push(node);
    this.dispatch();
  }

  private dispatch(): void {
    while (!this.failed && this.free.length > 0) {
      const choice = this.choose();
      if (choice === null) return;
      this.start(choice.node, choice.slot);
    }
  }

  private choose(): { node: Node; slot: Slot } | null {
    const lonely = this.ready.find((node) => node.alone);
    if (lonely !== undefined && this.running.size > 0) return null;
    let best: Node | null = lonely ?? null;
    if (best === null)
      for (const node of this.ready)
        if (this.startable(node) && (best === null || this.before(node, best))) best = node;
    if (best === null) return null;
    const main = this.free.findIndex((slot) => slot.main);
    // The main session is taken last by work that any session can do, so that ordered work finds it free.
    const other = this.free.findIndex((slot) => !slot.main);
    const index = best.work?.lane === 'main' || other === -1 ? main : other;
    const slot = this.free[index];
    if (slot === undefined) return null;
    this.free.splice(index, 1);
    this.ready.splice(this.ready.indexOf(best), 1);
    return { node: best, slot };
  }

  private startable(node: Node): boolean {
    if (node.work?.lane === 'main' && !this.free.some((slot) => slot.main)) return false;
    if (
      node.work?.family !== undefined &&
      [...this.active].some((other) => sameFamily(node.work, other.work) && collide(node, other))
    )
      return false;
    // While tables still wait for rows one session stays free for them: the reader must not stall behind index builds,
    // and rows free further indexes to build.
    const limit = this.holds > 0 && this.slots > 1 ? this.slots - 1 : this.slots;
    return node.work?.kind === 'rows' || this.runningStatements < limit;
  }

  private before(a: Node, b: Node): boolean {
    const rowsFirst = Number(b.work?.kind === 'rows') - Number(a.work?.kind === 'rows');
    if (rowsFirst !== 0) return rowsFirst < 0;
    const larger = a.urgency - b.urgency;
    return larger !== 0 ? larger > 0 : a.order < b.order;
  }

  private start(node: Node, slot: Slot): void {
    const { work } = node;
    if (work === null) return;
    if (work.kind === 'statement') this.runningStatements += 1;
    this.active.add(node);
    const run = this.execute(node, work, slot).finally(() => {
      this.running.delete(run);
      this.dispatch();
    });
    this.running.add(run);
  }

  private async execute(node: Node, work: Work, slot: Slot): Promise<void> {
    let again: 'done' | 'retry alone' = 'done';
    try {
      again = await work.run(slot, node.alone);
    } catch (error) {
      this.fail(error);
    }
    this.free.push(slot);
    this.active.delete(node);
    if (work.kind === 'statement') this.runningStatements -= 1;
    if (again === 'retry alone') {
      node.alone = true;
      this.ready.push(node);
      return;
    }
    if (work.kind === 'rows') {
      this.rowsTasks -= 1;
      for (const wake of this.roomWaiters.splice(0)) wake();
    }
    this.leave(node);
  }
}

const sameFamily = (a: Work | null, b: Work | null): boolean =>
  a?.family !== undefined && a.family === b?.family;

const collide = (a: { locks: Lock[] }, b: { locks: Lock[] }): boolean =>
  a.locks.some((lock) => b.locks.some((other) => conflict(lock, other)));

/** What a long chain waits for is as urgent as the chain. Ends where nothing changes, so it costs little. */
function raiseUrgency(node: Node): void {
  const changed = [node];
  for (let next = changed.pop(); next !== undefined; next = changed.pop()) {
    for (const blocker of next.blockedBy) {
      const urgency = (blocker.work?.estimate ?? 0) + next.urgency;
      if (blocker.ended || urgency <= blocker.urgency) continue;
      blocker.urgency = urgency;
      changed.push(blocker);
    }
  }
}
