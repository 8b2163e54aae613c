import { describe, expect, test } from 'vitest';
import { leftOutByKind } from '../../../../lib/domain/checks/asking/left-out-objects.ts';
import type { EntryAccount } from '../../../../lib/domain/recovery/restore-account.ts';
import { anAccount } from '../builders.ts';

const entryOf = (type: string, skipped: boolean): EntryAccount => ({
  id: 1,
  database: 'shop',
  type,
  schema: 'public',
  name: 'x',
  owner: null,
  outcome: skipped ? { status: 'skipped by policy', rule: 'server-extension' } : { status: 'restored' },
  seconds: 0,
});
const leftOut = (...entries: EntryAccount[]) => leftOutByKind(anAccount({ entries }));

describe('objects that may lack, because the policy left them out', () => {
  test('are of the kinds that the entry makes', () => {
    expect(leftOut(entryOf('FK CONSTRAINT', true), entryOf('FK CONSTRAINT', true))).toEqual({
      'foreign keys': 2,
    });
  });

  test('are none where a comment or a right was left out, or where all was restored', () => {
    expect(leftOut(entryOf('COMMENT', true), entryOf('ACL', true), entryOf('TABLE', false))).toEqual({});
  });

  test('may be of any kind where a statement has no header', () => {
    expect(leftOut(entryOf('STATEMENT', true))).toMatchObject({ tables: 1, 'primary keys': 1, triggers: 1 });
  });
});
