import type { RelationLock, RelationName, StatementPlan } from '../policy/decision.ts';
import type { RelationTraits } from './catalog-look.ts';
import { everything, type Grade, type Lock, lockOf, readsEverything } from './locks.ts';

const keyOf = ({ schema, name }: RelationName): string => JSON.stringify([schema, name]);

/** What one statement locks, in the scheduler's terms. */
export interface StatementLocks {
  locks: Lock[];
  /** Runs with nothing beside it because what it locks is not known. */
  barrier: boolean;
}

const barrier: StatementLocks = { locks: [everything], barrier: true };

/** Knows the relations of one database well enough to say what a statement will lock. */
export class RelationMap {
  readonly #traits = new Map<string, RelationTraits>();
  readonly #indexes = new Map<string, RelationName>();
  readonly #children = new Map<string, Map<string, RelationName>>();
  readonly #parents = new Map<string, Map<string, RelationName>>();

  learn(relations: RelationTraits[], inheritance: [RelationName, RelationName][]): void {
    this.#children.clear();
    this.#parents.clear();
    this.learnSome(relations, inheritance);
  }

  /** A part of what there is: what is known of others stays. */
  learnSome(relations: RelationTraits[], inheritance: [RelationName, RelationName][]): void {
    for (const relation of relations) {
      this.#traits.set(keyOf(relation), relation);
      if (relation.indexOf !== null) this.#indexes.set(keyOf(relation), relation.indexOf);
    }
    this.#inherit(inheritance);
  }

  #inherit(inheritance: [RelationName, RelationName][]): void {
    for (const [parent, child] of inheritance) {
      addTo(this.#children, parent, child);
      addTo(this.#parents, child, parent);
    }
  }

  /** Relations that are known. */
  get size(): number {
    return this.#traits.size;
  }

  /** An index that a submitted statement will create. */
  learnIndex(index: RelationName, table: RelationName): void {
    this.#indexes.set(keyOf(index), table);
  }

  find(relation: RelationName): RelationTraits | null {
    return this.#traits.get(keyOf(relation)) ?? null;
  }

  /** Tables and materialized views that hold rows themselves. */
  *withRows(): Generator<RelationTraits> {
    for (const relation of this.#traits.values())
      if (relation.kind === 'r' || relation.kind === 'm') yield relation;
  }

  isKnown(relation: RelationName): boolean {
    return (
      relation.schema !== null && (this.#traits.has(keyOf(relation)) || this.#indexes.has(keyOf(relation)))
    );
  }

  /** True when every relation the plan names is known, so that its locks can be told. */
  knowsAll(plan: StatementPlan): boolean {
    return plan.locks?.every((lock) => this.isKnown(lock)) ?? false;
  }

  /**
   * Lock grades follow PostgreSQL's documentation, section 13.3.1, and tablecmds.c (AlterTableGetLockLevel).
   * @param recurses false for ALTER TABLE ONLY, which leaves partitions alone.
   * @param creates the index that the statement makes, when known.
   */
  locksOf(plan: StatementPlan, recurses: boolean, creates: RelationName | null): StatementLocks {
    if (plan.kind === 'sequence value')
      return { locks: [{ schema: null, name: '#sequences', grade: 'exclusive' }], barrier: false };
    if (plan.locks === null || !this.knowsAll(plan)) return barrier;
    const locks = plan.locks.flatMap((lock) => this.#expand(lock, gradeOf(plan, lock), recurses));
    if (creates !== null) {
      // COMMENT and ATTACH on the index wait for it; a REFRESH that reads its table need not.
      locks.push(lockOf(creates, 'share row exclusive'));
      const table = plan.locks[0];
      if (table !== undefined) this.learnIndex(creates, table);
    }
    if (plan.kind === 'refresh materialized view') locks.push(readsEverything);
    // Two GRANTs at once on one catalog row give "tuple concurrently updated": one after the other.
    if (plan.kind === 'owner' || plan.kind === 'grant')
      locks.push({ schema: null, name: '#acl', grade: 'exclusive' });
    // The server marks a partitioned index valid when the last of its tree is attached, and looks up the tree for it: two
    // attachments at once, on different levels, each miss the other's and leave the root invalid for good.
    if (plan.kind === 'attach partition') locks.push({ schema: null, name: '#attach', grade: 'exclusive' });
    return { locks, barrier: false };
  }

  #expand(relation: RelationName, grade: Grade, recurses: boolean): Lock[] {
    const locks: Lock[] = [lockOf(relation, grade)];
    const table = this.#indexes.get(keyOf(relation));
    // ALTER INDEX … ATTACH PARTITION: keys of the table must wait until its index is whole.
    if (table !== undefined) locks.push(lockOf(table, 'share'));
    if (recurses && grade !== 'read')
      for (const child of this.#descendants(relation)) locks.push(lockOf(child, grade));
    for (const parent of this.#parents.get(keyOf(relation))?.values() ?? [])
      locks.push(lockOf(parent, 'read'));
    return locks;
  }

  #descendants(relation: RelationName, seen = new Set<string>()): RelationName[] {
    return [...(this.#children.get(keyOf(relation))?.values() ?? [])].flatMap((child) => {
      if (seen.has(keyOf(child))) return [];
      seen.add(keyOf(child));
      return [child, ...this.#descendants(child, seen)];
    });
  }
}

function addTo(map: Map<string, Map<string, RelationName>>, key: RelationName, value: RelationName): void {
  const known = map.get(keyOf(key)) ?? new Map<string, RelationName>();
  known.set(keyOf(value), value);
  map.set(keyOf(key), known);
}

function gradeOf(plan: StatementPlan, lock: RelationLock): Grade {
  // Index attachment and ownership change catalog rows that a concurrent CREATE INDEX also updates.
  if (plan.kind === 'owner' || plan.kind === 'grant' || plan.kind === 'attach partition') return 'exclusive';
  // COMMENT and CREATE STATISTICS take ShareUpdateExclusive, which waits for CREATE INDEX inside the server.
  if (plan.kind === 'comment' || plan.kind === 'create statistics') return 'share row exclusive';
  return lock.grade;
}
