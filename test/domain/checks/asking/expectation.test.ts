import { describe, expect, test } from 'vitest';
import {
  compareWithExpectation,
  type Expectation,
} from '../../../../lib/domain/checks/asking/expectation.ts';

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
