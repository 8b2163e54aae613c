import TinyQueue from 'tinyqueue';
import { mostTogether } from './statement-batch.ts';
import type { Node } from './task-graph.ts';

/** A task with the urgency under which it was entered: one that became more urgent is entered again, and its older entry is passed over. */
interface Entry {
  node: Node;
  urgency: number;
}

const mostUrgentFirst = (a: Entry, b: Entry): number => b.urgency - a.urgency || a.node.order - b.node.order;

/** Rows, statements for any session, statements for the main one. */
export type LaneName = 'rows' | 'any' | 'main';

/**
 * Tasks that may not start now and are passed over at most: of thousands of foreign keys to one table only one runs at a time, and looking through all
 * others each time it ends would cost the square of their number. Whoever stands behind them starts when it has ended.
 */
const mostPassed = 64;

const mayHaveCompany = ({ work, alone, byItself }: Node): boolean =>
  !alone && !byItself && work?.company?.isShort() === true;

/** Tasks of one kind and lane that nothing holds up, most urgent first. */
class Lane {
  readonly #entries = new TinyQueue<Entry>([], mostUrgentFirst);
  readonly #waiting: ReadonlySet<Node>;

  constructor(waiting: ReadonlySet<Node>) {
    this.#waiting = waiting;
  }

  add(node: Node): void {
    this.#entries.push({ node, urgency: node.urgency });
  }

  /** The first that may start; null when none may of those that are looked at. */
  first(mayStart: (node: Node) => boolean): Node | null {
    const passed: Entry[] = [];
    let found: Node | null = null;
    for (let entry = this.#entries.peek(); entry !== undefined; entry = this.#entries.peek()) {
      const isCurrent = this.#waiting.has(entry.node) && entry.urgency === entry.node.urgency;
      if (isCurrent && mayStart(entry.node)) {
        found = entry.node;
        break;
      }
      this.#entries.pop();
      if (isCurrent) passed.push(entry);
      if (passed.length === mostPassed) break;
    }
    for (const entry of passed) this.#entries.push(entry);
    return found;
  }
}

/**
 * Tasks that nothing holds up. Of the 9,000 index builds of 5,000 tables that wait at once, looking at each one whenever a session
 * became free cost 25 of 49 s; here finding the most urgent costs the logarithm of their number.
 */
export class ReadyQueue {
  readonly #waiting = new Set<Node>();
  readonly #lanes: Readonly<Record<LaneName, Lane>> = {
    rows: new Lane(this.#waiting),
    any: new Lane(this.#waiting),
    main: new Lane(this.#waiting),
  };

  get size(): number {
    return this.#waiting.size;
  }

  add(node: Node): void {
    this.#waiting.add(node);
    this.#laneOf(node).add(node);
  }

  /** It became more urgent, if it waits here at all. */
  raised(node: Node): void {
    if (this.#waiting.has(node)) this.#laneOf(node).add(node);
  }

  remove(node: Node): void {
    this.#waiting.delete(node);
  }

  clear(): void {
    this.#waiting.clear();
  }

  /** The most urgent task of each lane that may start. */
  heads(lanes: readonly LaneName[], mayStart: (node: Node) => boolean): Node[] {
    return lanes.flatMap((lane) => this.#lanes[lane].first(mayStart) ?? []);
  }

  /**
   * Takes the short tasks of the same group that would come next: a session's share of all that wait, so that none is without work
   * while another has a hundred tasks.
   */
  takeCompanyOf(first: Node, sessions: number, mayStart: (node: Node) => boolean): Node[] {
    const company: Node[] = [];
    if (!mayHaveCompany(first)) return company;
    const share = Math.min(mostTogether.items, Math.ceil((this.size + 1) / sessions));
    let bytes = first.work?.textBytes ?? 0;
    while (company.length + 1 < share) {
      const next = this.#lanes.any.first(mayStart);
      if (next === null || next.work?.company?.group !== first.work?.company?.group || !mayHaveCompany(next))
        break;
      bytes += next.work?.textBytes ?? 0;
      if (bytes > mostTogether.bytes) break;
      this.remove(next);
      company.push(next);
    }
    return company;
  }

  #laneOf({ work }: Node): Lane {
    if (work?.kind === 'rows') return this.#lanes.rows;
    return work?.lane === 'main' ? this.#lanes.main : this.#lanes.any;
  }
}
