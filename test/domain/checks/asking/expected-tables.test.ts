import { describe, expect, test } from 'vitest';
import { expectedTables } from '../../../../lib/domain/checks/asking/expected-tables.ts';
import type { EntryOutcome } from '../../../../lib/domain/recovery/restore-account.ts';
import { anAccount, anEntry, announced, aTable } from '../builders.ts';

const tablesWhere = (outcome: EntryOutcome) => {
  const account = anAccount({
    announced: [announced('TABLE', 'orders')],
    tables: [aTable('orders', 3)],
    entries: [anEntry('TABLE DATA', 'orders', { outcome })],
  });
  return expectedTables(account, 'shop').direct;
};

describe('the rows that a table must hold', () => {
  test('are those of the dump', () => {
    expect(tablesWhere({ status: 'restored' })).toEqual([{ schema: 'public', name: 'orders', rows: 3 }]);
  });

  test('are not asked for when they were refused, which has its finding', () => {
    expect(
      tablesWhere({ status: 'failed', failure: 'rejected row', sqlState: '22P02', message: '' }),
    ).toEqual([]);
  });
});
