import { describe, expect, test } from 'vitest';
import type { RelationTraits } from '../../../../lib/recovery/logical/loading/catalog-look.ts';
import { conflict, type Lock } from '../../../../lib/recovery/logical/loading/locks.ts';
import { RelationMap } from '../../../../lib/recovery/logical/loading/relation-map.ts';
import type { RelationLock, StatementPlan } from '../../../../lib/recovery/logical/policy/decision.ts';

const relation = (name: string, kind = 'r'): RelationTraits => ({
  schema: 'public',
  name,
  kind,
  ordered: null,
  indexOf: null,
});
const named = (name: string) => ({ schema: 'public', name });

const aMap = (): RelationMap => {
  const map = new RelationMap();
  map.learn(
    [relation('events', 'p'), relation('events_old'), relation('events_new'), relation('accounts')],
    [
      [named('events'), named('events_old')],
      [named('events'), named('events_new')],
    ],
  );
  return map;
};

const plan = (kind: StatementPlan['kind'], ...locks: RelationLock[]): StatementPlan => ({
  kind,
  locks,
  defer: false,
  roles: [],
});
const lock = (name: string, grade: RelationLock['grade']): RelationLock => ({ ...named(name), grade });
const collide = (a: Lock[], b: Lock[]): boolean => a.some((one) => b.some((other) => conflict(one, other)));

describe('locks of a statement', () => {
  test('are those of every partition where the statement reaches them', () => {
    const map = aMap();
    const foreignKey = map.locksOf(
      plan('add foreign key', lock('events', 'share row exclusive'), lock('accounts', 'share row exclusive')),
      true,
      null,
    );
    const index = map.locksOf(
      plan('create index', lock('events_old', 'share')),
      true,
      named('events_old_idx'),
    );

    expect(collide(foreignKey.locks, index.locks)).toBe(true);
  });

  test('leave partitions alone for ALTER TABLE ONLY', () => {
    const map = aMap();
    const key = map.locksOf(plan('add key', lock('events', 'exclusive')), false, null);
    const index = map.locksOf(plan('create index', lock('events_old', 'share')), true, null);

    expect(
      collide(
        key.locks,
        index.locks.filter(({ name }) => name === 'events_old'),
      ),
    ).toBe(false);
  });

  test('make the attachment of an index wait for the index, and a foreign key for the attachment', () => {
    const map = aMap();
    const index = map.locksOf(
      plan('create index', lock('events_old', 'share')),
      true,
      named('events_old_pkey'),
    );
    map.learnIndex(named('events_pkey'), named('events'));
    const attach = map.locksOf(
      plan('attach partition', lock('events_pkey', 'exclusive'), lock('events_old_pkey', 'exclusive')),
      true,
      null,
    );
    const foreignKey = map.locksOf(
      plan('add foreign key', lock('accounts', 'share row exclusive'), lock('events', 'share row exclusive')),
      true,
      null,
    );

    expect(collide(index.locks, attach.locks)).toBe(true);
    expect(collide(attach.locks, foreignKey.locks)).toBe(true);
  });

  test('let a refresh run beside the build of an index', () => {
    const map = aMap();
    const index = map.locksOf(plan('create index', lock('accounts', 'share')), true, named('accounts_idx'));

    expect(collide(index.locks, [{ schema: null, name: '*', grade: 'read' }])).toBe(false);
  });

  test('are everything when a relation is not known', () => {
    expect(
      aMap().locksOf(plan('comment', lock('nobody_knows', 'share row exclusive')), true, null),
    ).toMatchObject({ barrier: true });
  });
});
