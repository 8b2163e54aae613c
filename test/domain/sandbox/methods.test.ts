import { describe, expect, test } from 'vitest';
import { methodFor, recoveryMethods } from '../../../lib/domain/sandbox/methods.ts';

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
      refused: 'a logical backup cannot be recovered in a sandbox of kind paper, but in rds, local-process',
    });
  });
});
