import { describe, expect, test } from 'vitest';
import { finding } from '../../../../lib/domain/findings/findings.ts';
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
