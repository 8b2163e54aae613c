import { describe, expect, test } from 'vitest';
import { inWords, secondsBetween } from '../../../lib/domain/time/spans.ts';

test('seconds between two moments keep milliseconds and sign', () => {
  expect(secondsBetween('2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.250Z')).toBe(1.25);
  expect(secondsBetween('2026-01-01T00:00:01Z', '2026-01-01T00:00:00Z')).toBe(-1);
});

describe('a span in words', () => {
  test.each([
    [0.44, '0.4 s'],
    [10, '10 s'],
    [250, '4 min 10 s'],
    [11_100, '3 h 5 min'],
    [3601, '1 h 1 s'],
    [273_600, '3 d 4 h'],
  ])('of %d seconds reads %s', (seconds, words) => {
    expect(inWords(seconds)).toBe(words);
  });
});
