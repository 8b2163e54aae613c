import type { DumpEntry } from '../dump/dump-stream.ts';
import { createdIndex } from './announced-objects.ts';
import { readsEverything } from './locks.ts';
import type { RelationMap, StatementLocks } from './relation-map.ts';
import type { Decided } from './statement-decision.ts';

/** What a decided statement of an entry locks. */
export function locksOf(relations: RelationMap, entry: DumpEntry, decision: Decided): StatementLocks {
  // The statement's own name for the view is the entry's; what the view reads is not known.
  if (
    decision.plan.kind === 'refresh materialized view' &&
    entry.type === 'MATERIALIZED VIEW DATA' &&
    entry.schema !== null
  )
    return {
      locks: [{ schema: entry.schema, name: entry.name, grade: 'exclusive' }, readsEverything],
      barrier: false,
    };
  const text = decision.statements[0]?.sql.slice(0, 200) ?? '';
  // Locking partitions too much only costs time, too little only a deadlock that is retried: a guess is enough here.
  const recurses = !/\bONLY\b/.test(text);
  return relations.locksOf(decision.plan, recurses, createdIndex(entry, decision.plan));
}
