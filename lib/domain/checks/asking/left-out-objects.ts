import type { RestoreAccount } from '../../recovery/restore-account.ts';

/** Kinds of objects, as they are counted, that an entry of a type makes. Of a constraint the entry does not say which kind. */
const kindsOfEntry: Readonly<Record<string, readonly string[]>> = {
  TABLE: ['tables', 'partitioned tables', 'check constraints', 'sequences'],
  VIEW: ['views'],
  'MATERIALIZED VIEW': ['materialized views'],
  SEQUENCE: ['sequences'],
  INDEX: ['indexes'],
  CONSTRAINT: ['primary keys', 'unique constraints', 'exclusion constraints', 'indexes'],
  'FK CONSTRAINT': ['foreign keys'],
  'CHECK CONSTRAINT': ['check constraints'],
  TRIGGER: ['triggers'],
  RULE: ['rules'],
  POLICY: ['policies'],
  FUNCTION: ['functions'],
  PROCEDURE: ['functions'],
  AGGREGATE: ['functions'],
  TYPE: ['types'],
  DOMAIN: ['types'],
  EXTENSION: ['extensions'],
  BLOB: ['large objects'],
  'BLOB METADATA': ['large objects'],
};

/** A statement without a header of pg_dump may have been about anything. */
const anything = [...new Set(Object.values(kindsOfEntry).flat())];

/** How many objects of each kind the policy may have left out: so many may lack, and not one more. */
export function leftOutByKind({ entries }: RestoreAccount): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { type, outcome } of entries) {
    if (outcome.status !== 'skipped by policy') continue;
    const kinds = type === 'STATEMENT' ? anything : (kindsOfEntry[type] ?? []);
    for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}
