import { describe, expect, test } from 'vitest';
import { checkKind } from '../../../../lib/domain/checks/registry.ts';

describe('an all-empty database', () => {
  const kind = checkKind('dataPresent');
  test.each([
    ['empty tables here, none elsewhere', 0, { tables: 3, filled: false, refused: [] }, 'failed'],
    ['no table at all', 0, { tables: 0, filled: false, refused: [] }, 'failed'],
    ['rows in another database of the cluster', 7, { tables: 0, filled: false, refused: [] }, 'passed'],
    ['a row', 0, { tables: 3, filled: true, refused: [] }, 'passed'],
    [
      'tables that cannot be read',
      0,
      { tables: 1, filled: false, refused: [{ table: 'a', reason: 'b' }] },
      'could not run',
    ],
  ])('%s', (_what, rowsElsewhere, observation, status) => {
    expect(kind.judge(kind.parseParams({ rowsElsewhere }), observation).status).toBe(status);
  });
});
