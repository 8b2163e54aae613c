import { describe, expect, test } from 'vitest';
import { kindFor, methodFor, recoveryMethods } from '../../../lib/domain/sandbox/methods.ts';

describe('the method for a backup and a sandbox', () => {
  test.each(recoveryMethods)('is the one of the table: $backup in $sandbox needs a $needs', (row) => {
    expect(methodFor(row.backup, row.sandbox)).toEqual({ method: row });
  });

  test('is one at most for each pair', () => {
    const pairs = recoveryMethods.map(({ backup, sandbox }) => `${backup} in ${sandbox}`);
    expect(new Set(pairs).size).toBe(pairs.length);
  });

  test('is refused in words for a backup that nothing here recovers', () => {
    expect(methodFor('snapshot', 'rds')).toEqual({
      refused: 'a snapshot backup cannot be recovered in a sandbox of kind rds, nor in any other',
    });
  });

  test('names the kinds of sandbox that could instead', () => {
    expect(methodFor('logical', 'paper' as never)).toEqual({
      refused:
        'a logical backup cannot be recovered in a sandbox of kind paper, but in rds, task, local-process',
    });
  });
});

describe('the kind of sandbox of a drill', () => {
  const account = ['rds', 'task'] as const;
  const given = { backup: 'logical', mode: 'drill', asked: null, configured: null } as const;

  test('is what was asked for, else what drills.yaml says, else what suits the backup', () => {
    expect(kindFor(account, given)).toBe('rds');
    expect(kindFor(account, { ...given, backup: 'physical' })).toBe('task');
    expect(kindFor(account, { ...given, configured: 'task' })).toBe('task');
    expect(kindFor(account, { ...given, configured: 'task', asked: 'rds' })).toBe('rds');
  });

  test('is always RDS for a real restore, and on one machine always that of the machine', () => {
    expect(kindFor(account, { ...given, mode: 'restore', backup: 'physical', configured: 'task' })).toBe(
      'rds',
    );
    expect(kindFor(['local-process'], { ...given, asked: 'task' })).toBe('local-process');
  });
});
