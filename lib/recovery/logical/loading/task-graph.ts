import type { RelationName } from '../policy/decision.ts';
import { LockQueues } from './lock-queues.ts';
import { conflict, coversConflictsOf, isBarrier, type Lock, readsEverything } from './locks.ts';
import type { Slot } from './slot.ts';
import type { BatchedStatement } from './statement-batch.ts';

/** A piece of work for one session. */
export interface Work {
  locks: Lock[];
  /** Tasks that must have ended before, whatever their locks: an archive's true dependencies. */
  after?: Task[];
  /**
   * Work of one family is the same in any order (foreign keys): it is kept apart where locks conflict, but nothing waits
   * for an earlier member that itself still waits.
   */
  family?: string | undefined;
  /** A hold this work belongs to, and so does not wait for. */
  within?: Task;
  /** `main`: the session that everything ordered shares. */
  lane: 'main' | 'any';
  kind: 'rows' | 'statement';
  /** Bytes of the statement's text, which memory holds until it has run. */
  textBytes?: number;
  /** Set for work that may go to the server with other work. */
  company?: Company | undefined;
  /** Estimated work; of the ready tasks the one at the head of the longest chain starts first. */
  estimate(): number;
  /**
   * Must handle what it expects; whatever else it throws ends the restore. `alone`: nothing else is running. `idleSessions`: others that
   * have nothing to do now. @throws RetryAlone
   */
  run(slot: Slot, alone: boolean, idleSessions: number): Promise<void>;
}

/** Tasks of one group go to the server together, while they are short: a round trip costs as much as fifty short statements. */
export interface Group {
  /**
   * Runs them in this order, each in a transaction of its own.
   * @returns how many of them are done, counted from the first: the one behind them goes by itself, the others may go together again
   */
  run(slot: Slot, statements: readonly BatchedStatement[]): Promise<number>;
}

/** What lets work go with others of its group. */
export interface Company {
  readonly group: Group;
  readonly statement: BatchedStatement;
  /** Whether it takes less than a round trip, as far as is known now. */
  isShort(): boolean;
}

/** Submitted work, or a hold on relations until it is released. */
export interface Task {
  readonly done: Promise<void>;
}

/** Thrown by work that met a lock it should not have met: it runs again while nothing else does. */
export class RetryAlone extends Error {}

/**
 * A task in the graph of what waits for what. Its promise is made when somebody asks for it: of 19,000 tasks of an archive of 5,000 tables
 * hardly one is waited for by itself, and promises with their functions took 5 MB.
 */
export class Node implements Task {
  readonly work: Work | null;
  readonly order: number;
  readonly locks: Lock[];
  /** The latest estimate of this task alone. */
  own: number;
  /** Estimate of this task and of the longest chain that waits for it: what to start first. */
  urgency: number;
  blockers = 0;
  blockedBy: Node[] = [];
  waiting: Node[] = [];
  ended = false;
  alone = false;
  /** It goes with no others: it failed among them. */
  byItself = false;
  /** It waits for every earlier task that its locks conflict with: whoever waits for it need not wait for those as well. */
  readonly waitsForAllEarlier: boolean;
  #done: Promise<void> | null = null;
  #resolve: (() => void) | null = null;

  constructor(work: Work | null, order: number, locks: Lock[], waitsForAllEarlier: boolean) {
    this.work = work;
    this.order = order;
    this.locks = locks;
    this.own = work?.estimate() ?? 0;
    this.urgency = this.own;
    this.waitsForAllEarlier = waitsForAllEarlier;
  }

  get done(): Promise<void> {
    this.#done ??= this.ended
      ? Promise.resolve()
      : new Promise((resolve) => {
          this.#resolve = resolve;
        });
    return this.#done;
  }

  end(): void {
    this.ended = true;
    this.#resolve?.();
  }
}

/** Everything submitted and not ended, and who waits for whom. */
export class TaskGraph {
  readonly outstanding = new Set<Node>();
  readonly #queues = new LockQueues<Node>();
  readonly #onRaised: (node: Node) => void;
  #order = 0;

  /** @param onRaised told of each task that became more urgent after it was entered */
  constructor(onRaised: (node: Node) => void = () => {}) {
    this.#onRaised = onRaised;
  }

  /** Adds a task behind every earlier one whose locks conflict. @param within a hold it belongs to and does not wait for */
  enter(work: Work | null, locks: Lock[], after: Task[], within: Task | null): Node {
    this.#order += 1;
    const node = new Node(work, this.#order, locks, work?.family === undefined && within === null);
    const blockers = this.#blockersOf(node, within);
    for (const earlier of after) if (this.outstanding.has(earlier as Node)) blockers.add(earlier as Node);
    for (const blocker of blockers) blocker.waiting.push(node);
    node.blockers = blockers.size;
    node.blockedBy = [...blockers];
    this.#raise(node);
    this.outstanding.add(node);
    this.#queues.add(node);
    return node;
  }

  /** Asks tasks on a relation anew how long they will take: an archive's were submitted before its rows were counted. */
  reestimate(relation: RelationName): void {
    for (const queue of this.#queues.meeting(relation)) {
      for (const { node } of queue.newestFirst()) {
        const own = node.work?.estimate() ?? 0;
        if (own <= node.own) continue;
        node.urgency += own - node.own;
        node.own = own;
        this.#onRaised(node);
        this.#raise(node);
      }
    }
  }

  /**
   * The earlier tasks whose locks conflict, without those that another of them waits for anyway: of ten thousand comments on
   * one table each waits for the one before it, not for all of them.
   */
  #blockersOf(node: Node, within: Task | null): Set<Node> {
    const { locks, work } = node;
    const blockers = new Set<Node>();
    /** A task that waits for everything before it; what is earlier need not be looked at. */
    let barrierOrder = 0;
    const isExempt = (earlier: Node): boolean => earlier === within || sameFamily(work, earlier.work);
    const locksEverything = locks.some(({ name }) => name === '*');
    for (const earlier of locksEverything ? this.outstanding : [])
      if (!isExempt(earlier) && collide(node, earlier)) blockers.add(earlier);
    if (locksEverything) return blockers;
    for (const queue of this.#queues.meeting(readsEverything)) {
      for (const { node: earlier, lock } of queue.newestFirst()) {
        if (isExempt(earlier) || !locks.some((own) => conflict(own, lock))) continue;
        blockers.add(earlier);
        if (!earlier.waitsForAllEarlier || !isBarrier(lock)) continue;
        barrierOrder = earlier.order;
        break;
      }
    }
    for (const own of locks) {
      for (const queue of this.#queues.meeting(own)) {
        for (const { node: earlier, lock } of queue.newestFirst()) {
          if (earlier.order < barrierOrder) break;
          if (isExempt(earlier) || !conflict(own, lock)) continue;
          blockers.add(earlier);
          if (earlier.waitsForAllEarlier && coversConflictsOf(lock, own)) break;
        }
      }
    }
    return blockers;
  }

  /** What a long chain waits for is as urgent as the chain. Ends where nothing changes, so it costs little. */
  #raise(node: Node): void {
    const changed = [node];
    for (let next = changed.pop(); next !== undefined; next = changed.pop()) {
      for (const blocker of next.blockedBy) {
        const urgency = blocker.own + next.urgency;
        if (blocker.ended || urgency <= blocker.urgency) continue;
        blocker.urgency = urgency;
        this.#onRaised(blocker);
        changed.push(blocker);
      }
    }
  }

  /** Removes a task. @returns what is ready now */
  leave(node: Node): Node[] {
    node.end();
    this.outstanding.delete(node);
    this.#queues.leave(node);
    const ready: Node[] = [];
    for (const waiting of node.waiting) {
      waiting.blockers -= 1;
      if (waiting.blockers === 0 && waiting.work !== null) ready.push(waiting);
    }
    node.waiting = [];
    node.blockedBy = [];
    return ready;
  }
}

export const sameFamily = (a: Work | null, b: Work | null): boolean =>
  a?.family !== undefined && a.family === b?.family;

export const collide = (a: { locks: Lock[] }, b: { locks: Lock[] }): boolean =>
  a.locks.some((lock) => b.locks.some((other) => conflict(lock, other)));
