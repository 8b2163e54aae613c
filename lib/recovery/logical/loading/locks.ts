import type { RelationName } from '../policy/decision.ts';

/**
 * Lock grades of the scheduler. Weaker than PostgreSQL's eight, stronger where order matters: `read` waits for rows,
 * because what reads a table during a restore (REFRESH, ATTACH) wants all of it.
 */
export type Grade =
  /** AccessShare of a statement that needs the table complete. */
  | 'read'
  /** RowExclusive: COPY, INSERT. Any number at once. */
  | 'rows'
  /** Share: CREATE INDEX. */
  | 'share'
  /** ShareRowExclusive and ShareUpdateExclusive: ADD FOREIGN KEY, CREATE TRIGGER, COMMENT. */
  | 'share row exclusive'
  /** AccessExclusive: ALTER TABLE. */
  | 'exclusive';

/** One relation (or `#…` for something of our own) and how strongly it is locked. */
export interface Lock extends RelationName {
  grade: Grade;
}

/** A lock of one relation. Member by member: spread objects have a hidden class each in V8. */
export const lockOf = ({ schema, name }: RelationName, grade: Grade): Lock => ({ schema, name, grade });

/** Everything in the database: a task with it runs alone and in order. */
export const everything: Lock = { schema: null, name: '*', grade: 'exclusive' };
/** Reads tables we do not know by name. */
export const readsEverything: Lock = { schema: null, name: '*', grade: 'read' };

const compatible: Record<Grade, readonly Grade[]> = {
  read: ['read', 'share', 'share row exclusive'],
  rows: ['rows'],
  share: ['read', 'share'],
  'share row exclusive': ['read'],
  exclusive: [],
};

/** True when two locks cannot be held by two tasks at once. A schema that is not named may be any schema. */
export function conflict(a: Lock, b: Lock): boolean {
  if (compatible[a.grade].includes(b.grade)) return false;
  if (a.name === '*' || b.name === '*') {
    // `#…` is not a relation: only a barrier waits for it, reading every table does not.
    const ofOurOwn = a.name.startsWith('#') || b.name.startsWith('#');
    return !ofOurOwn || isBarrier(a) || isBarrier(b);
  }
  return a.name === b.name && (a.schema === null || b.schema === null || a.schema === b.schema);
}

/**
 * True when every grade that conflicts with `lock` conflicts with `other` too: who waits for the holder of `other` has then waited
 * for all of the same relation before it.
 */
export const coversConflictsOf = (other: Lock, lock: Lock): boolean =>
  compatible[other.grade].every((grade) => compatible[lock.grade].includes(grade));

export const isBarrier = (lock: Lock): boolean => lock.name === '*' && lock.grade === 'exclusive';
