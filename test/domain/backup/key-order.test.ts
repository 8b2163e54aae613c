import { describe, expect, test } from 'vitest';
import { beginningOf, justBefore, sortsByMoment } from '../../../lib/domain/backup/key-order.ts';

describe('a pattern', () => {
  test.each([
    ['shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', 'shop_'],
    ['{timestamp:YYYYMMDD}/postgres-all-*.sql.gz', ''],
    ['nightly/shop*.dump', 'nightly/shop'],
    [null, ''],
  ])('%s says that keys begin with "%s"', (pattern, beginning) => {
    expect(beginningOf(pattern)).toBe(beginning);
  });

  test.each([
    ['shop_{timestamp:YYYYMMDDTHHmmssZ}.sql.gz', true],
    ['{timestamp:YYYYMMDD}/all-{timestamp:YYYYMMDD-HHmmss}.sql.gz', true],
    ['{timestamp:YYYY}/{timestamp:MM}/shop.sql', false],
    ['shop_{timestamp:YYYYMMDD}.sql.gz', false],
    ['shop_{timestamp:DD-MM-YYYY_HHmm}.sql.gz', false],
    ['*_{timestamp:YYYYMMDDTHHmmss}.sql.gz', false],
    ['shop_{timestamp}.sql.gz', false],
    [null, false],
  ])('%s puts later dumps behind earlier ones: %s', (pattern, sorts) => {
    expect(sortsByMoment(pattern)).toBe(sorts);
  });

  test('lets a listing begin with a key by starting just before it', () => {
    expect(
      justBefore('postgres/shop_20261118T020000Z.sql.gz') < 'postgres/shop_20261118T020000Z.sql.gz',
    ).toBe(true);
    expect(justBefore('a😀')).toBe('a');
  });
});
