import { describe, expect, test } from 'vitest';
import { nextRange } from '../../../../lib/domain/checks/asking/sequence-catalog.ts';

describe('a sequence’s next numbers', () => {
  const use = { increment: 1n, minimum: 1n, maximum: 10n, cycles: false };
  test.each([
    ['5 called', use, [6n, 10n]],
    ['5 fresh', use, [5n, 10n]],
    ['10 called', use, null],
    ['10 called', { ...use, cycles: true }, [1n, 1n]],
    ['5 called', { ...use, increment: -2n }, [1n, 3n]],
    ['1 called', { ...use, increment: -1n, cycles: true }, [10n, 10n]],
  ] as const)('%s', (state, sequence, range) => {
    const next = nextRange(sequence, state);
    expect(next === null ? null : [next.low, next.high]).toEqual(range);
  });
});
