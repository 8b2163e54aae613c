import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals } from '../../../lib/domain/checks/asking/decimal.ts';
import { compareWithExpectation, type Expectation } from '../../../lib/domain/checks/asking/expectation.ts';
import { parseTimestamp } from '../../../lib/domain/checks/asking/timestamp.ts';

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

describe('timestamps', () => {
  test.each([
    ['2026-11-18 01:02:03.456789+00', '2026-11-18T01:02:03.456Z'],
    ['2026-11-18 01:00:00+05:30', '2026-11-17T19:30:00.000Z'],
    ['2026-11-18 01:00:00-03', '2026-11-18T04:00:00.000Z'],
    ['2026-11-18 01:00:00', '2026-11-18T01:00:00.000Z'],
    ['2026-11-18', '2026-11-18T00:00:00.000Z'],
    ['0001-01-01 BC', '0000-01-01T00:00:00.000Z'],
    ['10000-01-01 00:00:00', '+010000-01-01T00:00:00.000Z'],
    ['infinity', null],
    ['-infinity', null],
    ['294276-12-31 23:59:59.999999', null],
  ])('%s is %s', (text, iso) => {
    expect(parseTimestamp(text)?.iso).toBe(iso);
  });

  test.each(['', 'yesterday', '18.11.2026', '1763427600'])('%s is none', (text) => {
    expect(parseTimestamp(text)).toBeNull();
  });
});

describe('an expectation', () => {
  const answer = (type: string, ...values: (string | null)[]) => ({
    columns: [{ name: 'c', type }],
    rows: values.map((value) => [value]),
  });
  const verdict = (expected: Expectation, type: string, ...values: (string | null)[]) => {
    const comparison = compareWithExpectation(expected, answer(type, ...values));
    return 'unclear' in comparison ? 'unclear' : comparison.met;
  };

  test.each([
    [0, 'int8', [], false],
    [0, 'int8', [null], false],
    [0, 'int8', ['0', '0'], 'unclear'],
    [0, 'text', ['0'], 'unclear'],
    [0, 'int8', ['0'], true],
    ['0', 'numeric', ['0.00'], true],
    ['x', 'int4', ['5'], false],
    [true, 'bool', ['t'], true],
    [true, 'text', ['true'], 'unclear'],
    ['true', 'bool', ['t'], true],
    [{ atLeast: 1 }, 'text', ['5'], 'unclear'],
    [{ atLeast: 1, atMost: 3 }, 'int4', ['3'], true],
    [{ atLeast: 1, atMost: 3 }, 'int4', ['4'], false],
    [{ between: [1, 3] }, 'int4', ['0'], false],
    [{ atMost: 3 }, 'float8', ['NaN'], false],
    ['empty', 'int4', [], true],
    ['notEmpty', 'int4', [null], true],
  ] as [Expectation, string, (string | null)[], boolean | 'unclear'][])(
    '%j of %s %j is %s',
    (expected, type, values, met) => {
      expect(verdict(expected, type, ...values)).toBe(met);
    },
  );

  test('never repeats a text of the database', () => {
    expect(JSON.stringify(compareWithExpectation('x', answer('text', 'private')))).not.toContain('private');
  });
});
