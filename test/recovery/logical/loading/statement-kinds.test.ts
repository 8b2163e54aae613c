import { describe, expect, test } from 'vitest';
import { isShort } from '../../../../lib/recovery/logical/loading/statement-kinds.ts';
import type { StatementKind, StatementPlan } from '../../../../lib/recovery/logical/policy/decision.ts';
import { statement } from './support/events.ts';

const locks = [{ schema: 'public', name: 't', grade: 'exclusive' as const }];

const decided = (kind: StatementKind, changes: Partial<StatementPlan> = {}, texts = ['SELECT 1']) => ({
  action: 'run' as const,
  rule: null,
  plan: { kind, locks, defer: false, roles: [], ...changes },
  statements: texts.map((text) => statement(text)),
});

const mebibyte = 1024 ** 2;

describe('what goes to the server with others', () => {
  test.each<StatementKind>([
    'comment',
    'create schema',
    'create table',
    'definition',
    'grant',
    'owner',
    'sequence value',
  ])('%s, whatever the rows of its table', (kind) => {
    expect(isShort(decided(kind), 500 * mebibyte)).toBe(true);
    expect(isShort(decided(kind, { roles: ['app'], locks: null }), 0)).toBe(true);
  });

  test.each<StatementKind>([
    'add key',
    'add foreign key',
    'add constraint',
    'attach partition',
    'create index',
  ])('%s, while its tables have few rows', (kind) => {
    expect(isShort(decided(kind), 1024)).toBe(true);
    expect(isShort(decided(kind), mebibyte)).toBe(false);
    expect(isShort(decided(kind, { locks: null }), 1024)).toBe(false);
  });

  test.each<StatementKind>([
    'other',
    'role',
    'database',
    'set',
    'refresh materialized view',
    'insert',
    'copy',
  ])('never %s', (kind) => {
    expect(isShort(decided(kind), 0)).toBe(false);
  });

  test('nothing that is to run last, that became several statements, or that is long', () => {
    expect(isShort(decided('owner', { defer: true }), 0)).toBe(false);
    expect(isShort(decided('owner', {}, ['SELECT 1', 'SELECT 2']), 0)).toBe(false);
    expect(isShort(decided('comment', {}, ['x'.repeat(16 * 1024)]), 0)).toBe(false);
  });
});
