import type { Lock } from './locks.ts';

/** Whoever holds or waits for locks. */
interface Holder {
  readonly locks: readonly Lock[];
  readonly ended: boolean;
}

/** One lock of one holder. */
export interface Queued<Node extends Holder> {
  node: Node;
  lock: Lock;
}

/** Locks of one name in one schema, in the order in which they were asked for. */
class LockQueue<Node extends Holder> {
  #queued: Queued<Node>[] = [];
  #outstanding = 0;

  add(queued: Queued<Node>): void {
    this.#queued.push(queued);
    this.#outstanding += 1;
  }

  /** One of the holders has ended. @returns true when nobody is left */
  leave(): boolean {
    this.#outstanding -= 1;
    // Taking each out where it stands would cost the length of the queue each time.
    if (this.#queued.length > 32 && this.#outstanding * 2 < this.#queued.length)
      this.#queued = this.#queued.filter(({ node }) => !node.ended);
    return this.#outstanding === 0;
  }

  *newestFirst(): Generator<Queued<Node>> {
    for (let at = this.#queued.length - 1; at >= 0; at -= 1) {
      const queued = this.#queued[at];
      if (queued !== undefined && !queued.node.ended) yield queued;
    }
  }
}

/** Finds the locks that one may conflict with: those of its own name and schema, among thousands of schemas with the same names. */
export class LockQueues<Node extends Holder> {
  readonly #byName = new Map<string, Map<string | null, LockQueue<Node>>>();

  add(node: Node): void {
    for (const lock of node.locks) {
      const schemas = this.#byName.get(lock.name) ?? new Map<string | null, LockQueue<Node>>();
      const queue = schemas.get(lock.schema) ?? new LockQueue<Node>();
      queue.add({ node, lock });
      schemas.set(lock.schema, queue);
      this.#byName.set(lock.name, schemas);
    }
  }

  /** A holder has ended. */
  leave(node: Node): void {
    for (const { schema, name } of node.locks) {
      const schemas = this.#byName.get(name);
      if (schemas?.get(schema)?.leave() === true) schemas.delete(schema);
      if (schemas?.size === 0) this.#byName.delete(name);
    }
  }

  /** Queues of locks that may conflict with this one. A schema that is not named may be any schema. */
  meeting({ schema, name }: Pick<Lock, 'schema' | 'name'>): LockQueue<Node>[] {
    const schemas = this.#byName.get(name);
    if (schemas === undefined) return [];
    if (schema === null) return [...schemas.values()];
    return [schemas.get(schema), schemas.get(null)].filter((queue) => queue !== undefined);
  }
}
