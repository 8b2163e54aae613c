import { describe, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
import type { DumpEntry } from '../../../../lib/recovery/logical/dump/dump-stream.ts';
import { AccountBook } from '../../../../lib/recovery/logical/loading/account-book.ts';

describe('the findings of an attempt', () => {
  test('are all told while they are few', () => {
    const book = new AccountBook();
    const found = [finding('ENTRY_FAILED', 'table a'), finding('ROWS_REJECTED', 'rows of b')];
    for (const each of found) book.find(each);

    expect(book.told).toEqual(found);
  });

  test('are counted beyond 500 of one code, which keeps its severity, and those of other codes stay', () => {
    const book = new AccountBook();
    for (let place = 0; place < 700; place += 1) book.find(finding('ENTRY_FAILED', `view v${place}`));
    book.find(finding('ROWS_REJECTED', 'rows of b'));

    expect(book.told).toHaveLength(502);
    expect(book.told.at(-2)).toMatchObject({ code: 'ROWS_REJECTED' });
    expect(book.told.at(-1)).toMatchObject({
      code: 'ENTRY_FAILED',
      severity: 'error',
      message: '200 more of this kind are not listed',
    });
  });
});

describe('the entries of an attempt', () => {
  const entryOf = (type: string, name: string): DumpEntry => ({
    id: 1,
    type,
    schema: 'public',
    name,
    owner: null,
    section: null,
    dependencies: null,
    statements: [],
  });

  test('of rights and comments are only counted once they are restored', () => {
    const book = new AccountBook();
    for (const [index, type] of ['TABLE', 'COMMENT', 'ACL', 'FUNCTION'].entries())
      book.entry('main', entryOf(type, `n${index}`)).close();

    expect(book.entryAccounts.map(({ type }) => type)).toEqual(['TABLE', 'FUNCTION']);
    expect(book.restoredBeside).toBe(2);
    expect(book.entriesDone).toBe(4);
  });

  test('are listed when they failed, also when that is told late', () => {
    const book = new AccountBook();
    const comment = book.entry('main', entryOf('COMMENT', 'TABLE t'));
    comment.close();
    comment.merge({ status: 'failed', failure: 'other', sqlState: null, message: 'x' });

    expect(book.entryAccounts).toMatchObject([{ type: 'COMMENT', outcome: { status: 'failed' } }]);
    expect(book.restoredBeside).toBe(0);
  });
});
