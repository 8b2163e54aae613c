import { everything, type Lock } from './locks.ts';
import { collide, type Node, sameFamily } from './task-graph.ts';

/** Locks that may meet one of any other name. */
const meetsAny = ({ schema, name }: Lock): boolean => schema === null || name === everything.name;

const keyOf = ({ schema, name }: Lock): string => JSON.stringify([schema, name]);

/** Tasks of a family that run now: two of one family whose locks conflict may wait side by side, and run one after the other. */
export class RunningTasks {
  readonly #members = new Set<Node>();
  /** How many of them lock a relation: a hundred foreign keys may be on their way together. */
  readonly #locked = new Map<string, number>();
  #meetingAny = 0;

  add(node: Node): void {
    if (node.work?.family === undefined) return;
    this.#members.add(node);
    this.#count(node, 1);
  }

  remove(node: Node): void {
    if (this.#members.delete(node)) this.#count(node, -1);
  }

  /** Whether it has to wait for one that runs. */
  holdUp(node: Node): boolean {
    if (node.work?.family === undefined) return false;
    if (
      this.#meetingAny === 0 &&
      node.locks.every((lock) => !meetsAny(lock) && !this.#locked.has(keyOf(lock)))
    )
      return false;
    for (const other of this.#members)
      if (sameFamily(node.work, other.work) && collide(node, other)) return true;
    return false;
  }

  #count({ locks }: Node, sign: 1 | -1): void {
    for (const lock of locks) {
      if (meetsAny(lock)) this.#meetingAny += sign;
      const key = keyOf(lock);
      const left = (this.#locked.get(key) ?? 0) + sign;
      if (left === 0) this.#locked.delete(key);
      else this.#locked.set(key, left);
    }
  }
}
