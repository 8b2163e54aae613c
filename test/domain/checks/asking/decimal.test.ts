import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals } from '../../../../lib/domain/checks/asking/decimal.ts';

describe('decimals', () => {
  test.each([
    ['1', '1.000', 0],
    ['-0.5', '-.50', 0],
    ['1e3', '1000', 0],
    ['+7', '7', 0],
    ['9007199254740993', '9007199254740992', 1],
    ['-2', '1', -1],
    ['0.1', '0.10000000000000000001', -1],
    ['NaN', '1', null],
    ['Infinity', '1', null],
    ['', '0', null],
  ] as const)('%s against %s gives %s', (left, right, expected) => {
    expect(compareDecimals(left, right)).toBe(expected);
  });

  test('order like bigints do', () => {
    fc.assert(
      fc.property(fc.bigInt(), fc.bigInt(), fc.nat(30), (a, b, zeros) => {
        expect(compareDecimals(`${a}.${'0'.repeat(zeros)}`, String(b))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
  });
});
