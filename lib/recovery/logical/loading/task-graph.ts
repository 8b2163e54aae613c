import { conflict, coversConflictsOf, isBarrier, type Lock } from './locks.ts';
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
  /** Bytes of the statement's text, which memory holds until it has run. */
  textBytes?: number;
  /** Estimated work; of the ready tasks the one at the head of the longest chain starts first. */
  estimate(): number;
  /** Must handle what it expects; whatever else it throws ends the restore. `alone`: nothing else is running. @throws RetryAlone */
  run(slot: Slot, alone: boolean): Promise<void>;
}

/** Submitted work, or a hold on relations until it is released. */
export interface Task {
  readonly done: Promise<void>;
}

/** Thrown by work that met a lock it should not have met: it runs again while nothing else does. */
export class RetryAlone extends Error {}

/** A task in the graph of what waits for what. */
export interface Node extends Task {
  work: Work | null;
  order: number;
  locks: Lock[];
  /** The latest estimate of this task alone. */
  own: number;
  /** Estimate of this task and of the longest chain that waits for it: what to start first. */
  urgency: number;
  blockers: number;
  blockedBy: Node[];
  waiting: Node[];
  ended: boolean;
  alone: boolean;
  /** It waits for every earlier task that its locks conflict with: whoever waits for it need not wait for those as well. */
  readonly waitsForAllEarlier: boolean;
  end(): void;
}

/** Everything submitted and not ended, and who waits for whom. */
export class TaskGraph {
  readonly outstanding = new Set<Node>();
  readonly #byName = new Map<string, TaskQueue>();
  #order = 0;

  /** Adds a task behind every earlier one whose locks conflict. @param within a hold it belongs to and does not wait for */
  enter(work: Work | null, locks: Lock[], after: Task[], within: Task | null): Node {
    let end = (): void => {};
    const done = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#order += 1;
    const node: Node = {
      work,
      order: this.#order,
      locks,
      own: work?.estimate() ?? 0,
      urgency: 0,
      blockers: 0,
      blockedBy: [],
      waiting: [],
      ended: false,
      alone: false,
      waitsForAllEarlier: work?.family === undefined && within === null,
      done,
      end,
    };
    const blockers = this.#blockersOf(node, within);
    for (const earlier of after) if (this.outstanding.has(earlier as Node)) blockers.add(earlier as Node);
    for (const blocker of blockers) blocker.waiting.push(node);
    node.blockers = blockers.size;
    node.blockedBy = [...blockers];
    node.urgency = node.own;
    raiseUrgency(node);
    this.outstanding.add(node);
    for (const { name } of locks) {
      const sharing = this.#byName.get(name) ?? new TaskQueue();
      sharing.add(node);
      this.#byName.set(name, sharing);
    }
    return node;
  }

  /** Asks tasks on a relation anew how long they will take: an archive's were submitted before its rows were counted. */
  reestimate(name: string): void {
    for (const node of this.#byName.get(name)?.newestFirst() ?? []) {
      const own = node.work?.estimate() ?? 0;
      if (own <= node.own) continue;
      node.urgency += own - node.own;
      node.own = own;
      raiseUrgency(node);
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
    const isBlocker = (earlier: Node): boolean =>
      earlier !== within && !sameFamily(work, earlier.work) && collide(node, earlier);
    if (locks.some(({ name }) => name === '*')) {
      for (const earlier of this.outstanding) if (isBlocker(earlier)) blockers.add(earlier);
      return blockers;
    }
    for (const lock of [null, ...locks]) {
      for (const earlier of this.#byName.get(lock?.name ?? '*')?.newestFirst() ?? []) {
        if (earlier.order < barrierOrder) break;
        if (!isBlocker(earlier)) continue;
        blockers.add(earlier);
        if (!earlier.waitsForAllEarlier) continue;
        if (earlier.locks.some(isBarrier)) barrierOrder = Math.max(barrierOrder, earlier.order);
        else if (lock !== null && earlier.locks.some((other) => coversConflictsOf(other, lock))) break;
      }
    }
    return blockers;
  }

  /** Removes a task. @returns what is ready now */
  leave(node: Node): Node[] {
    node.ended = true;
    this.outstanding.delete(node);
    for (const { name } of node.locks) {
      const sharing = this.#byName.get(name);
      if (sharing?.leave() === 'empty') this.#byName.delete(name);
    }
    node.end();
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

/** Outstanding tasks that lock relations of one name, in the order of submission. */
class TaskQueue {
  #nodes: Node[] = [];
  #outstanding = 0;

  add(node: Node): void {
    this.#nodes.push(node);
    this.#outstanding += 1;
  }

  /** One of the tasks has ended. */
  leave(): 'empty' | 'shared' {
    this.#outstanding -= 1;
    // Taking each out where it stands would cost the length of the queue each time.
    if (this.#nodes.length > 32 && this.#outstanding * 2 < this.#nodes.length)
      this.#nodes = this.#nodes.filter(({ ended }) => !ended);
    return this.#outstanding === 0 ? 'empty' : 'shared';
  }

  *newestFirst(): Generator<Node> {
    for (let at = this.#nodes.length - 1; at >= 0; at -= 1) {
      const node = this.#nodes[at];
      if (node !== undefined && !node.ended) yield node;
    }
  }
}

export const sameFamily = (a: Work | null, b: Work | null): boolean =>
  a?.family !== undefined && a.family === b?.family;

export const collide = (a: { locks: Lock[] }, b: { locks: Lock[] }): boolean =>
  a.locks.some((lock) => b.locks.some((other) => conflict(lock, other)));

/** What a long chain waits for is as urgent as the chain. Ends where nothing changes, so it costs little. */
function raiseUrgency(node: Node): void {
  const changed = [node];
  for (let next = changed.pop(); next !== undefined; next = changed.pop()) {
    for (const blocker of next.blockedBy) {
      const urgency = blocker.own + next.urgency;
      if (blocker.ended || urgency <= blocker.urgency) continue;
      blocker.urgency = urgency;
      changed.push(blocker);
    }
  }
}
