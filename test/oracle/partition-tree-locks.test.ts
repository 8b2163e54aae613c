import { describe, expect, test } from 'vitest';
import { conflict } from '../../lib/recovery/logical/loading/locks.ts';
import { RelationMap } from '../../lib/recovery/logical/loading/relation-map.ts';
import type { StatementPlan } from '../../lib/recovery/logical/policy/decision.ts';

// What the oracle found by chance, once in fifteen restores of the schema `partitions`: the index of the root stayed invalid
// and a foreign key to it failed with 42830.

const index = (name: string) => ({
  schema: 's',
  name,
  kind: 'i',
  ordered: null,
  indexOf: { schema: 's', name: name.replace('_key', '') },
});

const attach = (parent: string, child: string): StatementPlan => ({
  kind: 'attach partition',
  locks: [
    { schema: 's', name: parent, grade: 'exclusive' },
    { schema: 's', name: child, grade: 'exclusive' },
  ],
  defer: false,
  roles: [],
});

describe('attachments of partitioned indexes', () => {
  test('on different levels of one tree wait for each other, or the server misses that the root is whole', () => {
    const relations = new RelationMap();
    relations.learn(['root_key', 'branch_key', 'leaf_key', 'rest_key'].map(index), []);

    const atTheRoot = relations.locksOf(attach('root_key', 'rest_key'), true, null);
    const below = relations.locksOf(attach('branch_key', 'leaf_key'), true, null);

    expect(atTheRoot.barrier).toBe(false);
    expect(atTheRoot.locks.some((one) => below.locks.some((other) => conflict(one, other)))).toBe(true);
  });
});
